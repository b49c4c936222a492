import { isDeepStrictEqual } from 'node:util';
import semver from 'semver';
import { hostileObjectIn, isRecord, type JsonRecord } from '../../domain/npm/hostile-json.ts';

/** One package of an install whose place another version of it takes. */
export type Swap = {
  /** Of its directory, below the project. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
  /** What npm notes of the one that is there, and of the other. */
  readonly from: JsonRecord;
  readonly to: JsonRecord;
};

/** Texts of its package-lock.json and package.json. */
export type LockedProject = { readonly lockfile: string; readonly manifest: string };

/**
 * What turns the install of one lockfile into that of another, where they differ in nothing but the versions of packages that stand
 * alone: the same tree, the same needs, nothing that is linked or put on PATH. undefined: whatever else it may be is npm's to judge, and
 * so is what npm would refuse. Format: https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json
 */
export function swapsBetween(base: LockedProject, head: LockedProject): readonly Swap[] | undefined {
  const [before, after] = [base, head].map(readProject);
  if (before === undefined || after === undefined) return undefined;
  if (!isDeepStrictEqual(before.about, after.about) || !agrees(after.manifest, after.root)) return undefined;
  const swaps = swapsOf(before.packages, after.packages);
  if (swaps === undefined) return undefined;
  const wanted = [after.root, ...after.packages.values()];
  const isSound = wantsTheSame(before.root, after.root, swaps) && wanted.every((one) => bears(one, swaps));
  return isSound ? swaps : undefined;
}

type Project = {
  readonly manifest: JsonRecord;
  /** What npm may judge, besides what it needs: for which systems and engines it is, among others. */
  readonly about: readonly JsonRecord[];
  readonly root: JsonRecord;
  readonly packages: ReadonlyMap<string, JsonRecord>;
};

function readProject(texts: LockedProject): Project | undefined {
  const [lock, manifest] = [texts.lockfile, texts.manifest].map(hostileObjectIn);
  if (lock === undefined || manifest === undefined || !isRecord(lock.packages)) return undefined;
  const { packages, dependencies: _forOldNpm, ...format } = lock;
  const all = new Map(
    Object.entries(packages).filter((pair): pair is [string, JsonRecord] => isRecord(pair[1])),
  );
  const root = all.get('');
  if (root === undefined || all.size !== Object.keys(packages).length) return undefined;
  all.delete('');
  const isKnown = format.lockfileVersion === 2 || format.lockfileVersion === 3;
  const about = [format, without(manifest, needs), without(root, needs)];
  return isKnown ? { manifest, about, root, packages: all } : undefined;
}

const needs = ['dependencies', 'optionalDependencies', 'peerDependencies', 'devDependencies'];
/** Of a project: what makes of the same needs another tree, or more than one manifest. */
const beyond = ['workspaces', 'overrides', 'bundleDependencies', 'bundledDependencies', 'acceptDependencies'];

/** npm refuses a lockfile that is not that of its manifest. */
function agrees(manifest: JsonRecord, root: JsonRecord): boolean {
  const isSame = (field: string) => isDeepStrictEqual(manifest[field] ?? {}, root[field] ?? {});
  const isPlain = [manifest, root].every((one) => beyond.every((field) => one[field] === undefined));
  return isPlain && [...needs, 'peerDependenciesMeta'].every(isSame);
}

function swapsOf(before: Project['packages'], after: Project['packages']): readonly Swap[] | undefined {
  if (before.size !== after.size) return undefined;
  const swaps: Swap[] = [];
  for (const [path, to] of after) {
    const from = before.get(path);
    if (from === undefined) return undefined;
    if (isDeepStrictEqual(from, to)) continue;
    const swap = swapAt(path, from, to);
    if (swap === undefined || [...after.keys()].some((other) => other.startsWith(`${path}/`)))
      return undefined;
    swaps.push(swap);
  }
  return swaps;
}

const folder = /(?:node_modules\/)((?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*)/;
const place = new RegExp(`^(?:${folder.source}/)*${folder.source}$`);

/** What may be another in a version that takes the same place. */
const ownFields = ['version', 'resolved', 'integrity', 'license', 'funding', 'engines', 'deprecated'];
/** With any of these it is not the package alone that is written, or npm may leave it out. */
const farFields = [
  'name',
  'bin',
  'link',
  'inBundle',
  'bundleDependencies',
  'hasShrinkwrap',
  'optional',
  'devOptional',
];

function swapAt(path: string, from: JsonRecord, to: JsonRecord): Swap | undefined {
  const name = place.exec(path)?.at(-1);
  if (name === undefined || farFields.some((field) => field in from || field in to)) return undefined;
  if (!isDeepStrictEqual(without(from, ownFields), without(to, ownFields))) return undefined;
  const registry = registryOf(name, to);
  if (registry === undefined || registry !== registryOf(name, from)) return undefined;
  const { version, integrity } = to;
  if (typeof version !== 'string' || semver.valid(version) !== version) return undefined;
  if (typeof integrity !== 'string' || !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity)) return undefined;
  return { path, name, version, integrity, from, to };
}

function without(entry: JsonRecord, fields: readonly string[]): JsonRecord {
  return Object.fromEntries(Object.entries(entry).filter(([field]) => !fields.includes(field)));
}

/** Where its tarball is as the public registry has it. */
function registryOf(name: string, { version, resolved }: JsonRecord): string | undefined {
  const file = `${name}/-/${name.slice(name.indexOf('/') + 1)}-${String(version)}.tgz`;
  return typeof resolved === 'string' && resolved.endsWith(`/${file}`)
    ? resolved.slice(0, -file.length)
    : undefined;
}

/** Of the project: no need came or went, and none is another but of what is swapped. */
function wantsTheSame(before: JsonRecord, after: JsonRecord, swaps: readonly Swap[]): boolean {
  const isMoved = (name: string) => swaps.some((swap) => swap.name === name);
  return needs.every((field) => {
    const [old, now] = [before[field] ?? {}, after[field] ?? {}];
    if (!isRecord(old) || !isRecord(now)) return false;
    const names = Object.keys(now);
    const isKept = (name: string) => Object.hasOwn(old, name) && (old[name] === now[name] || isMoved(name));
    return names.length === Object.keys(old).length && names.every(isKept);
  });
}

/** Whether what it wants of a swapped package is met by the new version, wherever it would find it. */
function bears(entry: JsonRecord, swaps: readonly Swap[]): boolean {
  return needs.every((field) => {
    const wanted = entry[field] ?? {};
    if (!isRecord(wanted)) return false;
    return swaps.every(({ name, version }) => {
      const range = Object.hasOwn(wanted, name) ? wanted[name] : '*';
      return (
        typeof range === 'string' && semver.validRange(range) !== null && semver.satisfies(version, range)
      );
    });
  });
}
