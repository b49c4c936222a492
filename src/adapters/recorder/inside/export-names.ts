import { existsSync, readFileSync } from 'node:fs';
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
  // Types have no value.
  for (const { name, as } of listed(text)) if (identifier.test(name)) add(names, as);
  const declared =
    /\bexport\s+(?:async\s+|abstract\s+)?(?:function\s*\*?|class|const|let|var)\s+([\p{ID_Continue}$]+)/gu;
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

/**
 * The same without variables that seem to be assigned again: whoever imports one sees each of its values, and would see only
 * the first one of a copy.
 */
export function steadyNames(url: string): ReadonlySet<string> {
  const text = read(url);
  const variables = [...text.matchAll(/^(?:export\s+)?(?:let|var)\s+([\p{ID_Continue}$]+)/gmu)];
  const moving = new Set(variables.flatMap(([, name = '']) => (isAssigned(text, name) ? [name] : [])));
  const names = new Map(listed(text).map(({ name, as }) => [as, name]));
  return new Set([...exportNames(url)].filter((as) => !moving.has(names.get(as) ?? as)));
}

/** But for its declaration. */
function isAssigned(text: string, name: string): boolean {
  const own = `(?<![\\p{ID_Continue}$.])${name.replaceAll('$', '\\$')}(?![\\p{ID_Continue}$])`;
  const operator = '(?:[-+*/%&|^]|\\*\\*|<<|>>>?|&&|\\|\\||\\?\\?)?=(?![=>])';
  const assigned = new RegExp(
    `(?<!\\b(?:let|var)\\s+)${own}\\s*(?:${operator}|\\+\\+|--)|(?:\\+\\+|--)\\s*${own}`,
    'u',
  );
  return assigned.test(text);
}

function listed(text: string): readonly { readonly name: string; readonly as: string }[] {
  return [...text.matchAll(/\bexport\s*\{([^{}]*)\}/g)].flatMap(([, list = '']) =>
    list.split(',').map((part) => {
      const [name = '', as = name] = part.trim().split(/\s+as\s+/);
      return { name, as };
    }),
  );
}

function add(names: Set<string>, name: string): void {
  if (identifier.test(name)) names.add(name);
}

/** Comments out; good enough for names, as a wrong one is only a name that nobody asks for. */
function read(url: string): string {
  try {
    const text = readFileSync(sourceOf(fileURLToPath(url)), 'utf8').slice(0, mostText);
    return text.replaceAll(/\/\*[\s\S]*?\*\//g, ' ').replaceAll(/^\s*\/\/.*$/gm, ' ');
  } catch {
    return '';
  }
}

/** TypeScript names its files as they are called once they are compiled. */
function sourceOf(file: string): string {
  const typed = file.replace(/\.([cm]?)js$/, '.$1ts');
  return typed === file || existsSync(file) || !existsSync(typed) ? file : typed;
}

/** `import` or `export` at the start of a line: how Node tells the two kinds apart where nothing else says it. */
export function looksLikeModule(url: string): boolean {
  return /^\s*(?:import\b[^(.]|export\b)/m.test(read(url));
}
