import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const mostText = 4 * 1024 * 1024;
const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/**
 * Names that a module seems to export, without running it: running it early would change what it sees. A name too few stays
 * unwatched; those of `export *` are taken from the files that they come from, where these are relative.
 */
export function exportNames(url: string, depth = 0): ReadonlySet<string> {
  const names = new Set<string>();
  if (depth > 8 || !url.startsWith('file:')) return names;
  const text = read(url);
  for (const [, list = ''] of text.matchAll(/\bexport\s*\{([^{}]*)\}/g)) addList(names, list);
  const declared = /\bexport\s+(?:async\s+)?(?:function\s*\*?|class|const|let|var)\s+([\p{ID_Continue}$]+)/gu;
  for (const [, name = ''] of text.matchAll(declared)) add(names, name);
  if (/\bexport\s+default\b/.test(text)) names.add('default');
  for (const [, name = ''] of text.matchAll(/\bexport\s*\*\s*as\s+([\p{ID_Continue}$]+)/gu)) add(names, name);
  for (const [, from = ''] of text.matchAll(/\bexport\s*\*\s*from\s*["']([^"'\n]+)["']/g)) {
    if (!from.startsWith('.')) continue;
    for (const name of exportNames(new URL(from, url).href, depth + 1))
      if (name !== 'default') names.add(name);
  }
  return names;
}

function addList(names: Set<string>, list: string): void {
  for (const part of list.split(',')) {
    const name = part
      .trim()
      .split(/\s+as\s+/)
      .at(-1);
    if (name !== undefined) add(names, name);
  }
}

function add(names: Set<string>, name: string): void {
  if (identifier.test(name)) names.add(name);
}

/** Comments out; good enough for names, as a wrong one is only a name that nobody asks for. */
function read(url: string): string {
  try {
    const text = readFileSync(fileURLToPath(url), 'utf8').slice(0, mostText);
    return text.replaceAll(/\/\*[\s\S]*?\*\//g, ' ').replaceAll(/^\s*\/\/.*$/gm, ' ');
  } catch {
    return '';
  }
}

/** `import` or `export` at the start of a line: how Node tells the two kinds apart where nothing else says it. */
export function looksLikeModule(url: string): boolean {
  return /^\s*(?:import\b[^(.]|export\b)/m.test(read(url));
}
