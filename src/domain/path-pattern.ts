/** A path as a case-insensitive file system that ignores invisible characters would take it. */
export function foldedPath(path: string): string {
  return path
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replaceAll('\\', '/')
    .toLowerCase();
}

/** `*` inside a name, `**` across folders; a pattern also covers what lies below what it names. */
export function compilePattern(pattern: string): RegExp {
  const source = foldedPath(pattern)
    .replace(/\/+$/, '')
    .split(/(\*\*\/|\*\*|\*)/)
    .map((part) => globs[part] ?? part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('');
  return new RegExp(`^${source}(/|$)`);
}

const globs: Readonly<Record<string, string>> = { '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*' };
