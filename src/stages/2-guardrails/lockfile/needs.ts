import semver from 'semver';
import { bareRange } from '../../../domain/lockfile/yarn-names.ts';
import type { LockEntry } from '../../../domain/lockfile.ts';
import type { PackageManifest } from '../../../domain/npm/package.ts';
import type { Problem } from '../facts.ts';

type Section = 'dependencies' | 'optionalDependencies' | 'peerDependencies';
type Needs = ReadonlyMap<string, string>;

/**
 * A locked package needs exactly what its tarball says. An invented need brings in a package that nobody asked for;
 * one that is left out is not installed: managers believe the lockfile.
 */
export function needsDiffer(entry: LockEntry, served: PackageManifest): readonly Problem[] {
  const key = `${entry.name}@${entry.version ?? ''}`;
  const isMet = entry.dialect === 'pnpm' ? isChosenWithin : isSame;
  const problems = sectionsOf(entry).flatMap((section) => {
    const locked = lockedNeeds(entry, section, served);
    const real = servedNeeds(entry, section, served);
    return [
      ...beyond(locked, real, isMet).map((need) => invented(key, section, need)),
      ...beyond(real, locked, (range, chosen) => isMet(chosen, range))
        .filter(([name]) => isWritten(entry, section, name, served))
        .map((need) => leftOut(key, section, need)),
    ];
  });
  const development = [...entry.devDependencies].map((need) => invented(key, 'devDependencies', need));
  return [...problems, ...development, ...optionalPeersDiffer(key, entry, served)];
}

/** Yarn 1 does not write down peers. */
function sectionsOf({ dialect }: LockEntry): readonly Section[] {
  const needed = ['dependencies', 'optionalDependencies'] as const;
  return dialect === 'yarn-classic' ? needed : [...needed, 'peerDependencies'];
}

/** As npm reads it: what is optional too is optional. */
function lockedNeeds(entry: LockEntry, section: Section, served: PackageManifest): Needs {
  const needs = [...entry[section]].filter(
    ([name, range]) => !isManagersOwn(entry, section, [name, range], served),
  );
  if (section !== 'dependencies') return new Map(needs);
  return new Map(needs.filter(([name]) => !entry.optionalDependencies.has(name)));
}

/** pnpm writes the peers that a package got among its dependencies; Yarn gives node-gyp to what calls it. */
function isManagersOwn(
  entry: LockEntry,
  section: Section,
  [name, range]: Need,
  served: PackageManifest,
): boolean {
  if (section === 'peerDependencies') return isImpliedPeer(entry, name, served) && range === '*';
  if (entry.dialect === 'pnpm') return isPeer(name, served);
  const isDeclared = Object.hasOwn(served.dependencies, name);
  const callsGyp =
    served.hasGypFile || Object.values(served.scripts).some((each) => /(?:^|\s)node-gyp(?:\s|$)/.test(each));
  return (
    entry.dialect === 'yarn-berry' && name === 'node-gyp' && range === 'latest' && !isDeclared && callsGyp
  );
}

function isPeer(name: string, { peerDependencies, about }: PackageManifest): boolean {
  return Object.hasOwn(peerDependencies, name) || about.impliedPeers.includes(name);
}

/** pnpm takes what `peerDependenciesMeta` alone names for a peer of any version. */
function isImpliedPeer(
  { dialect }: LockEntry,
  name: string,
  { peerDependencies, about }: PackageManifest,
): boolean {
  return dialect === 'pnpm' && !Object.hasOwn(peerDependencies, name) && about.impliedPeers.includes(name);
}

function servedNeeds({ dialect }: LockEntry, section: Section, served: PackageManifest): Needs {
  const needs = Object.entries(served[section]);
  return new Map(dialect === 'yarn-berry' ? needs.map(([name, range]) => [name, bareRange(range)]) : needs);
}

/** pnpm leaves out what is inside the package's own tarball, and what is optional and cannot be had. */
function isWritten(
  { dialect, claims }: LockEntry,
  section: Section,
  name: string,
  served: PackageManifest,
): boolean {
  if (dialect !== 'pnpm' || section === 'peerDependencies') return true;
  const bundled = claims.bundles?.includes(name) === true || claims.bundles?.includes('true') === true;
  return section === 'dependencies' && !bundled && !isPeer(name, served);
}

const isSame = (locked: string, real: string): boolean => locked === real;

/** A version that was chosen, and the range that it was chosen for; what is no range is for others to judge. */
function isChosenWithin(chosen: string, range: string): boolean {
  if (chosen === range) return true;
  const [, version = chosen] = /^npm:(?:@[^/@]+\/)?[^@]+@(.+)$/.exec(chosen) ?? [];
  const [, wanted = range] = /^npm:(?:@[^/@]+\/)?[^@]+@(.+)$/.exec(range) ?? [];
  if ((chosen === version) !== (range === wanted)) return false;
  return semver.validRange(wanted) === null || semver.satisfies(version, wanted, { loose: true });
}

type Need = readonly [name: string, range: string];

/** What `these` has and `those` has not, or has otherwise. */
function beyond(these: Needs, those: Needs, agree: (one: string, other: string) => boolean): readonly Need[] {
  return [...these].filter(([name, range]) => {
    const other = those.get(name);
    return other === undefined || !agree(range, other);
  });
}

function invented(key: string, section: string, [name, range]: Need): Problem {
  return {
    code: 'integrity.invented-dependency',
    detail: `The lockfile says that ${key} needs ${name} ${range} ("${section}"); its tarball does not.`,
  };
}

function leftOut(key: string, section: string, [name, range]: Need): Problem {
  return {
    code: 'integrity.left-out-dependency',
    detail: `The tarball of ${key} needs ${name} ${range} ("${section}"); the lockfile does not say so.`,
  };
}

function optionalPeersDiffer(key: string, entry: LockEntry, served: PackageManifest): readonly Problem[] {
  if (entry.dialect === 'yarn-classic') return [];
  const named = entry.optionalPeers.filter((name) => !isImpliedPeer(entry, name, served));
  const [locked, real] = [named.join(', '), served.optionalPeers.join(', ')];
  if (locked === real) return [];
  const detail = `Peers that ${key} need not have: the lockfile says ${locked || 'none'}, its tarball ${real || 'none'}.`;
  return [{ code: 'integrity.optional-peers-differ', detail }];
}
