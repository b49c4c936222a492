const endings = [
  '',
  '.ts',
  '.tsx',
  '.mts',
  '.cts',
  '.js',
  '.jsx',
  '.mjs',
  '.cjs',
  '.json',
  '/index.ts',
  '/index.tsx',
  '/index.js',
  '/index.mjs',
];

/** The file that a relative import means; undefined: there is none. */
export function resolve(from: string, specifier: string, paths: ReadonlySet<string>): string | undefined {
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  const bare = parts.join('/');
  const written = bare.replace(/\.([cm]?)jsx?$/, '.$1ts');
  return [...endings.map((ending) => `${bare}${ending}`), written, `${written}x`].find((path) =>
    paths.has(path),
  );
}
