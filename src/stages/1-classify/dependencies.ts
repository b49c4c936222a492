import semver from 'semver';
import type { FileChange, PackageChange } from '../../domain/change.ts';
import { isManifest } from '../../domain/lockfile/locate.ts';
import { isProject, type LockEntry, type Lockfile, newEntries } from '../../domain/lockfile.ts';
import { installedSections, type Manifest, otherKeysChanged } from '../../domain/npm/manifest.ts';
import { readSpec } from '../../domain/npm/spec.ts';
import { type Step, stepBetween } from '../../domain/npm/step.ts';
import { indirectMoves } from './indirect.ts';
import type { Ruling } from './ruling.ts';

export type DependencyFacts = {
  readonly files: readonly FileChange[];
  /** The names of all lockfiles at the root of base and head. */
  readonly lockfiles: readonly (readonly string[])[];
  readonly baseLock: Lockfile | undefined;
  readonly headLock: Lockfile | undefined;
  readonly packages: readonly PackageChange[];
  /** Changed package.json files by path; a missing side is undefined. */
  readonly manifests: ReadonlyMap<string, { readonly base?: Manifest; readonly head?: Manifest }>;
};

/** At the root; the others are written for managers that are not understood here, or for another project. */
const readableLockfiles: readonly string[] = [
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'yarn.lock',
];

export function touchesDependencies(file: FileChange): boolean {
  return readableLockfiles.includes(file.path) || isManifest(file.path);
}

/** The largest step among direct dependencies and those indirect ones that no direct one's move explains. */
export function ruleDependencies(facts: DependencyFacts): Ruling {
  const { baseLock, headLock, files } = facts;
  const stranger = files.find((file) => !touchesDependencies(file));
  if (stranger !== undefined) return other(`${stranger.path} is neither a package.json nor the lockfile.`);
  const odd = files.find((file) => file.kind !== 'file' || file.status !== 'modified');
  if (odd !== undefined)
    return other(`${odd.path} is ${odd.status} as ${odd.kind}; only edits of files count.`);
  if (baseLock === undefined || headLock === undefined)
    return other('There is no lockfile that can be read on both sides.');
  const unclear = lockfileRefusal(facts, baseLock, headLock);
  if (unclear !== undefined) return other(unclear);
  for (const [path, { base, head }] of facts.manifests) {
    if (base === undefined || head === undefined) return other(`${path} is not on both sides.`);
    if (!isWorkspace(path, headLock)) return other(`${path} belongs to no workspace of the lockfile.`);
    const refusal = manifestRefusal(path, base, head);
    if (refusal !== undefined) return other(refusal);
  }
  return rulePackages(facts.packages, baseLock, headLock);
}

/** One lockfile of one manager, steered as before. */
function lockfileRefusal({ lockfiles }: DependencyFacts, base: Lockfile, head: Lockfile): string | undefined {
  const several = lockfiles.find((names) => names.length > 1);
  if (several !== undefined) return `Which of ${several.join(', ')} is installed from is not known.`;
  if (base.dialect !== head.dialect) return 'Another package manager writes the lockfile.';
  const keys = [...new Set([...base.settings.keys(), ...head.settings.keys()])];
  const changed = keys.find((key) => base.settings.get(key) !== head.settings.get(key));
  return changed && `The lockfile changes "${changed}", which steers all of it.`;
}

function isWorkspace(path: string, lockfile: Lockfile): boolean {
  const folder = path.slice(0, -'package.json'.length).replace(/\/$/, '');
  return isProject(folder) && lockfile.entries.has(folder);
}

function manifestRefusal(path: string, base: Manifest, head: Manifest): string | undefined {
  const keys = otherKeysChanged(base, head);
  if (keys.length > 0)
    return `${path} changes ${keys.map((key) => `"${key}"`).join(', ')}, not only versions.`;
  for (const section of installedSections) {
    const before = base.sections[section];
    const after = head.sections[section];
    for (const name of new Set([...before.keys(), ...after.keys()])) {
      const refusal = rangeRefusal(name, before.get(name), after.get(name));
      if (refusal !== undefined) return `${path}, "${section}": ${refusal}`;
    }
  }
  return undefined;
}

function rangeRefusal(
  name: string,
  before: string | undefined,
  after: string | undefined,
): string | undefined {
  if (before === after) return undefined;
  if (before === undefined) return `${name} is a new direct dependency.`;
  if (after === undefined) return `${name} is removed.`;
  const [from, to] = [readSpec(name, before), readSpec(name, after)];
  if (from.kind === 'other') return `${name} was ${from.why}.`;
  if (to.kind === 'other') return `${name} becomes ${to.why}.`;
  const step = rangeStep(from.range, to.range);
  return step === 'patch' || step === 'minor' || step === 'widened'
    ? undefined
    : `the range of ${name} goes from ${before} to ${after} (${step}).`;
}

/**
 * A range may move up within its major, or admit more of it and lose nothing. It MUST NOT admit a breaking version that it did
 * not admit before.
 */
function rangeStep(before: string, after: string): Step | 'wider' | 'widened' {
  const low = semver.minVersion(before);
  const high = semver.minVersion(after);
  if (low === null || high === null) return 'invalid';
  const step = stepBetween(low.version, high.version);
  if (!semver.subset(after, `${before} || ^${low.version}`)) return 'wider';
  return step === 'none' && semver.subset(before, after) ? 'widened' : step;
}

function rulePackages(packages: readonly PackageChange[], base: Lockfile, head: Lockfile): Ruling {
  const moved = packages.filter((change) => change.from !== null && change.to !== null);
  const renamed = moved.find((change) => {
    const before = base.entries.get(change.path);
    return before !== undefined && before.name !== change.name;
  });
  if (renamed !== undefined) return other(`${renamed.path} becomes another package, ${renamed.name}.`);
  const lost = packages.find((change) => change.direct && (change.from === null || change.to === null));
  if (lost !== undefined) return other(`The direct dependency ${lost.name} appears or disappears.`);
  const silent = silentEdit(packages, base, head);
  if (silent !== undefined) return other(silent);
  const { carried, own } = indirectMoves(packages, base, head);
  const direct = moved.filter((change) => change.direct);
  const deciding = [...direct, ...own];
  if (deciding.length === 0) return other('No locked version changes.');
  const steps = deciding.map(stepOf);
  const bad = steps.findIndex((step) => step !== 'patch' && step !== 'minor');
  const worst = deciding[bad];
  if (worst !== undefined) {
    const unneeded = bad < direct.length ? '' : ', and nothing of the update needs it';
    return other(`${told(worst)} is ${steps[bad]}${unneeded}.`);
  }
  const minor = steps.includes('minor');
  const size = minor ? 'minor' : 'patch';
  return {
    class: `dependency-${size}`,
    reasons: [
      ...scopes(direct, own).map((scope) => `${scope}, at most by a ${size} step.`),
      ...carriedReason(carried),
    ],
  };
}

type Moved = Pick<PackageChange, 'name' | 'from' | 'to'>;

const told = ({ name, from, to }: Moved): string => `${name} ${from} -> ${to}`;
const stepOf = ({ from, to }: Moved): Step => stepBetween(from ?? '', to ?? '');

function scopes(direct: readonly Moved[], own: readonly Moved[]): readonly string[] {
  return [
    ...(direct.length === 0 ? [] : [`Direct dependencies move: ${direct.map(told).join(', ')}`]),
    ...(own.length === 0
      ? []
      : [`Indirect dependencies move within their ranges: ${own.map(told).join(', ')}`]),
  ];
}

const bySize: readonly Step[] = ['none', 'patch', 'minor', 'prerelease', 'downgrade', 'breaking', 'invalid'];

/** The direct package's own step vouches for what it needs, as semver has it; a person can see how far that went. */
function carriedReason(carried: readonly Moved[]): readonly string[] {
  const [largest] = [...carried].sort((a, b) => bySize.indexOf(stepOf(b)) - bySize.indexOf(stepOf(a)));
  if (largest === undefined) return [];
  return [
    `${carried.length} indirect ${carried.length === 1 ? 'dependency moves' : 'dependencies move'} because the update needs it; the largest step is ${stepOf(largest)}: ${told(largest)}.`,
  ];
}

/** An entry whose source or integrity changes while its version stays is no update. */
function silentEdit(packages: readonly PackageChange[], base: Lockfile, head: Lockfile): string | undefined {
  const known = new Set(packages.map((change) => change.path));
  const edited = newEntries(base, head).find((entry) => {
    const before = base.entries.get(entry.path);
    if (known.has(entry.path) || before === undefined) return false;
    return sourceOf(before) !== sourceOf(entry);
  });
  return edited && `${edited.path} changes its source or integrity and keeps its version.`;
}

function sourceOf({ integrity, resolved, checksum, link, patched }: LockEntry): string {
  return JSON.stringify([integrity, resolved, checksum, link, patched]);
}

function other(reason: string): Ruling {
  return { class: 'other', reasons: [reason] };
}
