import type { Capability } from '../../../domain/capabilities.ts';
import type { PackageContents, PackageFile } from '../../../domain/package-contents.ts';
import { isCode } from './code-file.ts';
import type { ProfileManifest } from './manifest.ts';
import { resolverOf } from './resolve-file.ts';

type Found = ReadonlyMap<string, readonly Capability[]>;

/**
 * Files of code that nothing in the package loads, from what its package.json names on: its own build script, say.
 * undefined: not known, since something that is loaded might load what no constant names. A file whose name stands anywhere in code that
 * is loaded counts as loaded, so that a worker or a program that is started by its path is.
 */
export function idleFiles(
  contents: PackageContents,
  found: Found,
  manifest: ProfileManifest,
): readonly string[] | undefined {
  if (manifest.runsAtInstallation) return undefined;
  const code = new Map(
    contents.files.filter((file) => isCode(file, manifest.entries)).map((file) => [file.path, file]),
  );
  const resolve = resolverOf(contents);
  const roots = manifest.named.flatMap((target) => resolve.all(target));
  const loaded = new Set<string>();
  const words = new Set<string>();
  const walk = { code, found, resolve, loaded, words, own: manifest.name };
  let pending: readonly string[] = roots;
  while (pending.length > 0) {
    const next = follow(pending, walk);
    if (next === undefined) return undefined;
    // Only when no load is left to be followed: names are looked up once in a while.
    pending = next.length > 0 ? next : mentioned(code.keys(), walk);
  }
  // A page's script loads nothing from the package's folder, whatever its bundler wrote into it.
  for (const path of manifest.pages.flatMap((target) => resolve.all(target))) loaded.add(path);
  return [...code.keys()].filter((path) => !loaded.has(path));
}

type Walk = {
  readonly code: ReadonlyMap<string, PackageFile>;
  readonly found: Found;
  readonly resolve: ReturnType<typeof resolverOf>;
  readonly loaded: Set<string>;
  readonly words: Set<string>;
  readonly own: string;
};

/** What the files load in turn; undefined: they might load anything. */
function follow(paths: readonly string[], walk: Walk): readonly string[] | undefined {
  const next: string[] = [];
  for (const path of paths) {
    if (walk.loaded.has(path)) continue;
    walk.loaded.add(path);
    const loads = loadsOf(path, walk);
    if (loads === undefined) return undefined;
    next.push(...loads);
  }
  return next;
}

function loadsOf(path: string, { code, found, resolve, words, own }: Walk): readonly string[] | undefined {
  // Native code does what it likes.
  if (path.endsWith('.node')) return undefined;
  const file = code.get(path);
  if (file === undefined) return [];
  const capabilities = found.get(file.digest);
  if (capabilities === undefined || file.text === undefined || capabilities.some(loadsAnything))
    return undefined;
  for (const [name] of file.text.matchAll(/[\w.-]+/g)) {
    words.add(name);
    for (const word of name.split('.')) words.add(word);
  }
  const loads: string[] = [];
  for (const { kind, what } of capabilities) {
    // Where package.json maps names, what they lead to is named there already.
    if (kind === 'inner' && what.startsWith(`${own}/`))
      loads.push(...resolve.all(what.slice(own.length + 1)));
    if (kind !== 'load') continue;
    const target = resolve.from(path, what);
    if (target === undefined) return undefined;
    loads.push(target);
  }
  return loads;
}

/**
 * A function made of text sees no `require`; all else that evaluates, starts programs or loads by a computed name may
 * load any file.
 */
function loadsAnything({ kind, what }: Capability): boolean {
  return kind === 'dynamic-require' || kind === 'exec' || (kind === 'eval' && what !== 'Function');
}

/** The package's own name stands everywhere: a file that is called so (`kit.min.js`) is meant only with its ending. */
function mentioned(paths: Iterable<string>, { loaded, words, own }: Walk): readonly string[] {
  return [...paths].filter((path) => {
    const base = path.split('/').at(-1) ?? '';
    const stem = base.replace(/\.[^.]*$/, '');
    const isOwn = stem.split('.')[0] === own.split('/').at(-1);
    const needed = isOwn ? [base] : (stem.match(/[\w-]+/g) ?? []);
    return !loaded.has(path) && needed.every((word) => words.has(word));
  });
}
