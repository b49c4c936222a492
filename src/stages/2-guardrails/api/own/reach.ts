import { dirname, join } from 'node:path/posix';

const endings = ['.ts', '.tsx', '.d.ts', '.js', '.jsx', '.mts', '.d.mts', '.mjs', '.cts', '.d.cts', '.cjs'];
const replaced: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx', '.d.ts', '.jsx'],
  '.jsx': ['.tsx', '.d.ts'],
  '.mjs': ['.mts', '.d.mts'],
  '.cjs': ['.cts', '.d.cts'],
};

/** The files that a path may mean, as Node or TypeScript complete it: with what stands beside it for a type checker. */
export function candidates(path: string): readonly string[] {
  const ending = /\.[cm]?jsx?$/.exec(path)?.[0] ?? '';
  const stem = path.slice(0, path.length - ending.length);
  const folder = path === '' ? '' : `${path}/`;
  return [
    path,
    ...(replaced[ending] ?? []).map((each) => stem + each),
    ...endings.map((each) => path + each),
    ...endings.map((each) => `${folder}index${each}`),
  ];
}

/**
 * The paths in the package that a source may load: every text that looks like a relative one. Some are none, and that does no
 * harm; one that is written with escapes is not seen.
 */
export function loadsIn(path: string, text: string): readonly string[] {
  const found = text.matchAll(/(["'`])(\.{1,2}(?:\/[^"'`\r\n]*)?)\1/g);
  const folder = dirname(path) === '.' ? '' : dirname(path);
  const paths = [...found].map(([, , specifier = '']) => join('/', folder, specifier).slice(1));
  return [...new Set(paths.map((each) => each.replace(/\/$/, '')))];
}

export function isReadable(path: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(path);
}
