import type { PackageChange } from './change.ts';
import { AutolandError, messageOf } from './errors.ts';
import { isRecord, type JsonRecord, parseHostileObject, stringMap } from './npm/hostile-json.ts';
import { optionalPeers } from './npm/manifest.ts';
import { byText, sortedEntries } from './npm/order.ts';

/** One entry of a lockfile's `packages`. Fields that npm leaves out are undefined, or empty maps. */
export type LockEntry = {
  /** '' is the project, `node_modules/a` an installed package, anything else a workspace. */
  readonly path: string;
  /** The package's own name; differs from the folder's when aliased. '' when a project or workspace has none. */
  readonly name: string;
  readonly version: string | undefined;
  readonly resolved: string | undefined;
  readonly integrity: string | undefined;
  readonly link: boolean;
  readonly inBundle: boolean;
  readonly hasInstallScript: boolean;
  readonly dependencies: ReadonlyMap<string, string>;
  readonly devDependencies: ReadonlyMap<string, string>;
  readonly optionalDependencies: ReadonlyMap<string, string>;
  readonly peerDependencies: ReadonlyMap<string, string>;
  /** Those of `peerDependencies` that need not be there. */
  readonly optionalPeers: readonly string[];
};

/** An npm lockfile, version 2 or 3. https://docs.npmjs.com/cli/configuring-npm/package-lock-json */
export type Lockfile = {
  readonly version: 2 | 3;
  readonly entries: ReadonlyMap<string, LockEntry>;
  /** The tree that npm 6 reads, in version 2 only: undefined when absent. */
  readonly legacy: JsonRecord | undefined;
};

const mend = 'regenerate it with `npm install --package-lock-only`';

/** Throws `lockfile.invalid` for anything that is not an npm lockfile of version 2 or 3. */
export function parseLockfile(text: string): Lockfile {
  try {
    const raw = parseHostileObject(text);
    const version = raw.lockfileVersion;
    if (version !== 2 && version !== 3) {
      throw new Error(`expected lockfileVersion 2 or 3, found ${JSON.stringify(version) ?? 'none'}`);
    }
    if (!isRecord(raw.packages)) throw new Error('expected "packages" to be an object');
    if (raw.dependencies !== undefined && !isRecord(raw.dependencies)) {
      throw new Error('expected "dependencies" to be an object');
    }
    const entries = new Map<string, LockEntry>();
    for (const [path, value] of Object.entries(raw.packages)) entries.set(path, readEntry(path, value));
    if (!entries.has('')) throw new Error('expected an entry "" for the project itself, found none');
    return { version, entries, legacy: raw.dependencies };
  } catch (error) {
    const message = `The lockfile cannot be read: ${messageOf(error)}.`;
    throw new AutolandError('lockfile.invalid', message, { mend, cause: error });
  }
}

const safePath = /^(?:[^\\:*?"<>|\p{Cc}]+)?$/u;

function readEntry(path: string, value: unknown): LockEntry {
  const segments = path.split('/');
  const odd = segments.some((part) => part === '..' || part === '.' || part === '__proto__');
  if (!safePath.test(path) || path.startsWith('/') || odd) {
    throw new Error(`the place ${JSON.stringify(path)} is not inside the project`);
  }
  if (!isRecord(value)) throw new Error(`the entry "${path}" is not an object`);
  const peerDependencies = section(path, value, 'peerDependencies');
  return {
    path,
    name: optionalText(path, value, 'name') ?? nameFromPath(path),
    version: optionalText(path, value, 'version'),
    resolved: optionalText(path, value, 'resolved'),
    integrity: optionalText(path, value, 'integrity'),
    link: flag(path, value, 'link'),
    inBundle: flag(path, value, 'inBundle'),
    hasInstallScript: flag(path, value, 'hasInstallScript'),
    dependencies: section(path, value, 'dependencies'),
    devDependencies: section(path, value, 'devDependencies'),
    optionalDependencies: section(path, value, 'optionalDependencies'),
    peerDependencies,
    optionalPeers: optionalPeers([...peerDependencies.keys()], value),
  };
}

function optionalText(path: string, entry: JsonRecord, key: string): string | undefined {
  const value = Object.hasOwn(entry, key) ? entry[key] : undefined;
  if (value !== undefined && typeof value !== 'string') throw new Error(`"${key}" of "${path}" is not text`);
  return value;
}

function flag(path: string, entry: JsonRecord, key: string): boolean {
  const value = Object.hasOwn(entry, key) ? entry[key] : undefined;
  if (value !== undefined && typeof value !== 'boolean')
    throw new Error(`"${key}" of "${path}" is not a flag`);
  return value === true;
}

function section(path: string, entry: JsonRecord, key: string): ReadonlyMap<string, string> {
  const map = stringMap(Object.hasOwn(entry, key) ? entry[key] : undefined);
  if (map === undefined) throw new Error(`"${key}" of "${path}" is not an object of strings`);
  return map;
}

const marker = 'node_modules/';

/** The folder's name: `@a/b` for `node_modules/c/node_modules/@a/b`; '' for the project and workspaces. */
export function nameFromPath(path: string): string {
  const at = path.lastIndexOf(marker);
  return at === -1 ? '' : path.slice(at + marker.length);
}

/** The project itself or a workspace: its package.json is in the repository. */
export function isProject(path: string): boolean {
  return !`/${path}/`.includes('/node_modules/');
}

/** Where Node would find `name` from the package at `from`; undefined: nowhere. */
export function findInstalled(lockfile: Lockfile, from: string, name: string): LockEntry | undefined {
  let place = from;
  for (;;) {
    const found = lockfile.entries.get(place === '' ? marker + name : `${place}/${marker}${name}`);
    if (found !== undefined) return found;
    if (place === '') return undefined;
    const cut = place.lastIndexOf('/node_modules');
    place = isProject(place) ? '' : cut === -1 ? '' : place.slice(0, cut);
  }
}

/** Places of packages that the project or a workspace names in its own manifest (as the lockfile records it). */
export function directPaths(lockfile: Lockfile): ReadonlySet<string> {
  const direct = new Set<string>();
  for (const entry of lockfile.entries.values()) {
    if (!isProject(entry.path)) continue;
    const names = [entry.dependencies, entry.devDependencies, entry.optionalDependencies];
    for (const name of names.flatMap((map) => [...map.keys()])) {
      const found = findInstalled(lockfile, entry.path, name);
      if (found !== undefined) direct.add(found.path);
    }
  }
  return direct;
}

/** Installed packages whose version or own name differs between two lockfiles, sorted by place. */
export function packageChanges(base: Lockfile, head: Lockfile): readonly PackageChange[] {
  const direct = new Set([...directPaths(base), ...directPaths(head)]);
  const paths = new Set([...base.entries.keys(), ...head.entries.keys()]);
  const changes: PackageChange[] = [];
  for (const path of [...paths].filter((each) => !isProject(each)).sort(byText)) {
    const from = base.entries.get(path);
    const to = head.entries.get(path);
    if (from?.link === true && to?.link === true) continue;
    if (from !== undefined && to !== undefined && from.version === to.version && from.name === to.name)
      continue;
    changes.push({
      name: (to ?? from)?.name ?? nameFromPath(path),
      path,
      from: from?.version ?? null,
      to: to === undefined ? null : (to.version ?? null),
      direct: direct.has(path),
    });
  }
  return changes;
}

/** Maps are compared whatever their order. */
function plain(
  value: string | boolean | undefined | ReadonlyMap<string, string> | readonly string[],
): unknown {
  return value instanceof Map ? sortedEntries(value) : (value ?? null);
}

/** Installed entries of `head` that `base` does not have in the very same form. */
export function newEntries(base: Lockfile | undefined, head: Lockfile): readonly LockEntry[] {
  const form = (entry: LockEntry | undefined): string =>
    JSON.stringify(entry && [...Object.values(entry)].map(plain)) ?? '';
  return [...head.entries.values()].filter(
    (entry) => !isProject(entry.path) && form(base?.entries.get(entry.path)) !== form(entry),
  );
}
