import { byText } from '../npm/order.ts';
import { type BlockMap, type Node, parseBlockText } from './block-text.ts';
import {
  assertCount,
  bareEntry,
  isInside,
  type LockEntry,
  type Lockfile,
  noClaims,
  noFlags,
} from './model.ts';
import { flagOf, listOf, mapOf, sectionOf, settingsOf, textOf } from './nodes.ts';

const steering = [
  'settings',
  'catalogs',
  'overrides',
  'packageExtensionsChecksum',
  'pnpmfileChecksum',
  'patchedDependencies',
  'ignoredOptionalDependencies',
  'neverBuiltDependencies',
  'onlyBuiltDependencies',
] as const;
const sections = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;
const known = new Set<string>([
  'lockfileVersion',
  'importers',
  'packages',
  'snapshots',
  'time',
  ...steering,
  ...sections,
]);

/** pnpm-lock.yaml of version 6 or 9. Throws an Error for all else. https://github.com/pnpm/spec/tree/master/lockfile */
export function parsePnpm(text: string): Lockfile {
  const raw = parseBlockText(text, 'typed');
  const version = String(raw.get('lockfileVersion') ?? 'none');
  if (!['6.0', '6.1', '9.0'].includes(version)) {
    throw new Error(`expected lockfileVersion 6.0 or 9.0, found ${version}`);
  }
  const stranger = [...raw.keys()].find((key) => !known.has(key));
  if (stranger !== undefined) throw new Error(`"${stranger}" is no part of a lockfile that is known`);
  const names = version.startsWith('6') ? namesOf6 : namesOf9;
  const entries = new Map<string, LockEntry>();
  for (const entry of [...projects(raw, names), ...packages(raw, names)]) {
    if (entries.has(entry.path)) throw new Error(`"${entry.path}" stands twice`);
    entries.set(entry.path, entry);
  }
  const lockfile = { dialect: 'pnpm', version: Number(version), entries, legacy: undefined } as const;
  return { ...lockfile, settings: settingsOf(raw, steering) };
}

/** How one version of the format names packages, and refers to them. */
type Names = {
  /** The package that `reference` means where it stands for the dependency `name`. */
  refer(name: string, reference: string): string;
  /** Without what says which peers it got. */
  split(key: string): { readonly id: string; readonly name: string | undefined; readonly version: string };
};

const withoutPeers = (key: string): string => {
  const at = key.indexOf('(');
  return at === -1 ? key : key.slice(0, at);
};

const namesOf9: Names = {
  refer(name, reference) {
    const at = reference.indexOf('@');
    const ends = [reference.indexOf('('), reference.indexOf(':')].filter((end) => end !== -1);
    const isWhole = reference.startsWith('@') || (at !== -1 && ends.every((end) => at < end));
    return isWhole ? reference : `${name}@${reference}`;
  },
  split(key) {
    const id = withoutPeers(key);
    const at = id.indexOf('@', 1);
    return at === -1
      ? { id, name: undefined, version: id }
      : { id, name: id.slice(0, at), version: id.slice(at + 1) };
  },
};

/** Keys from a registry begin with a slash; all others are addresses. */
const namesOf6: Names = {
  refer(name, reference) {
    return withoutPeers(reference).includes('/') ? reference : `/${name}@${reference}`;
  },
  split(key) {
    if (!key.startsWith('/')) return { id: key, name: undefined, version: withoutPeers(key) };
    const split = namesOf9.split(key.slice(1));
    return { ...split, id: key };
  },
};

const placeOf = (key: string): string => `node_modules/${key.replace(/^\//, '')}`;

function* projects(raw: BlockMap, names: Names): Generator<LockEntry> {
  const importers = raw.has('importers') ? mapOf(raw, 'importers') : new Map<string, Node>([['.', raw]]);
  for (const folder of importers.keys()) {
    const path = folder === '.' ? '' : folder;
    if (!isInside(path))
      throw new Error(`the project ${JSON.stringify(folder)} is not inside the repository`);
    yield project(path, mapOf(importers, folder), names);
  }
}

function project(path: string, raw: BlockMap, names: Names): LockEntry {
  const edges = new Map<string, string>();
  const wanted = { dependencies: new Map(), devDependencies: new Map(), optionalDependencies: new Map() };
  for (const section of sections) {
    const map = mapOf(raw, section);
    for (const name of map.keys()) {
      const one = mapOf(map, name);
      wanted[section].set(name, textOf(one, 'specifier') ?? '');
      edges.set(name, target(path, name, textOf(one, 'version') ?? '', names));
    }
  }
  return { ...bareEntry('pnpm', path, ''), ...wanted, edges };
}

/** A link leads to another project of the repository; one that leads out of it leads nowhere. */
function target(folder: string, name: string, reference: string, names: Names): string {
  if (!reference.startsWith('link:')) return placeOf(names.refer(name, reference));
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of reference.slice('link:'.length).split('/')) {
    if (part === '..' && parts.pop() === undefined) return placeOf(`${name}@${reference}`);
    if (part !== '..' && part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

/** Version 9 keeps what a package is apart from what it gets. */
function* packages(raw: BlockMap, names: Names): Generator<LockEntry> {
  const all = mapOf(raw, 'packages');
  const snapshots = raw.has('snapshots') ? mapOf(raw, 'snapshots') : all;
  assertCount(all.size + snapshots.size);
  const used = new Set<string>();
  for (const key of snapshots.keys()) {
    const about = snapshots === all ? key : names.split(key).id;
    used.add(about);
    if (!all.has(about)) throw new Error(`"${key}" has no entry in "packages"`);
    yield installed(key, mapOf(all, about), mapOf(snapshots, key), names);
  }
  for (const key of all.keys()) if (!used.has(key)) yield installed(key, mapOf(all, key), new Map(), names);
}

function installed(key: string, about: BlockMap, gets: BlockMap, names: Names): LockEntry {
  const split = names.split(key);
  const name = textOf(about, 'name') ?? split.name;
  if (name === undefined) throw new Error(`"${key}" has no name`);
  const resolution = mapOf(about, 'resolution');
  const isVersion = /^\d+\.\d+\.\d+/.test(split.version);
  const edges = new Map<string, string>();
  const needs = { dependencies: new Map(), optionalDependencies: new Map() };
  for (const section of ['dependencies', 'optionalDependencies'] as const) {
    for (const [dependency, reference] of sectionOf(gets, section)) {
      needs[section].set(dependency, chosen(dependency, reference, names));
      edges.set(dependency, target('', dependency, reference, names));
    }
  }
  const peerDependencies = sectionOf(about, 'peerDependencies');
  const meta = mapOf(about, 'peerDependenciesMeta');
  return {
    ...bareEntry('pnpm', placeOf(key), name),
    version: isVersion ? split.version : textOf(about, 'version'),
    resolved: sourceOf(resolution, isVersion ? undefined : split.version),
    integrity: textOf(resolution, 'integrity'),
    link: split.version.startsWith('link:'),
    patched: key.includes('(patch_hash=') || flagOf(about, 'patched') === true,
    ...needs,
    peerDependencies,
    optionalPeers: [...peerDependencies.keys()]
      .filter((peer) => flagOf(mapOf(meta, peer), 'optional'))
      .sort(byText),
    edges,
    claims: {
      ...noClaims,
      hasBin: flagOf(about, 'hasBin') ?? false,
      os: listOf(about, 'os'),
      cpu: listOf(about, 'cpu'),
      libc: listOf(about, 'libc'),
      bundles: listOf(about, 'bundledDependencies'),
    },
    flags: { ...noFlags, optional: flagOf(gets, 'optional') ?? false },
  };
}

/** The version alone, or `npm:` and a name where the package is another one. */
function chosen(dependency: string, reference: string, names: Names): string {
  const { name, version } = names.split(names.refer(dependency, reference));
  return name === dependency ? version : `npm:${name ?? ''}@${version}`;
}

/** undefined: the registry's own tarball, which is not written down. */
function sourceOf(resolution: BlockMap, address: string | undefined): string | undefined {
  const tarball = textOf(resolution, 'tarball');
  const others = [...resolution.keys()].filter((key) => key !== 'integrity' && key !== 'tarball');
  if (others.length === 0) return tarball ?? address;
  const told = ['type', 'repo', 'directory', 'path', 'commit'].flatMap(
    (key) => textOf(resolution, key) ?? [],
  );
  return `${told.join(' ')} (${others.join(', ')})`;
}
