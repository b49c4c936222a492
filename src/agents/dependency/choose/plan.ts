import semver from 'semver';
import { AutolandError } from '../../../domain/errors.ts';
import type { RegistryPackage } from '../../../domain/npm/package.ts';
import { type Candidate, type Skipped, severalVersions, type Use } from './candidates.ts';
import { moveRange, type RangeEdit } from './range.ts';
import { chooseVersion, type Declined, type UpdateRules } from './rules.ts';

export type PlannedUpdate = {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly kind: 'patch' | 'minor';
  /** RFC 3339, UTC. */
  readonly publishedAt: string;
  /** []: nothing of the project names it. */
  readonly edits: readonly Edit[];
  /** Ids of the advisories that it mends; absent: none is known. */
  readonly fixes?: readonly string[];
  /** Packages that are to get it besides the project, and what they ask for. */
  readonly pinned?: readonly Pinned[];
  /** Absent: what others ask for holds. */
  readonly override?: OverrideEdit;
};

/** Where nothing else helps, the version is written down for what a package asks for; or that is taken back. */
export type OverrideEdit = {
  readonly is: 'written' | 'removed';
  readonly below: readonly Below[];
};

/** The package that asks, and for what it did when the override was written. */
export type Below = { readonly name: string; readonly range: string };

export type Pinned = { readonly name: string; readonly version: string; readonly range: string };

type Edit = Use & { readonly edit: RangeEdit };

/** What the registry said of a package: undefined when it has none, an error when it did not answer. */
export type Described = RegistryPackage | undefined | AutolandError;

/** The update of one package, or why there is none. Pure. */
export function planUpdate(
  candidate: Candidate,
  described: Described,
  rules: UpdateRules,
): PlannedUpdate | Skipped {
  const { name, from } = candidate;
  const skip = (why: Declined): Skipped => ({ name, version: from, ...why });
  if (described instanceof AutolandError) return skip({ code: described.code, reason: described.message });
  if (described === undefined)
    return skip({ code: 'dependency.unknown-package', reason: 'The registry does not know it.' });
  const choice = chooseVersion(from, offered(described, candidate, rules), rules);
  if (!('to' in choice)) return skip(choice);
  // All members get the same version, and none an older one.
  const { highest = from } = candidate;
  if (semver.lt(choice.to, highest)) return skip(severalVersions([from, highest]));
  const edits = editsFor(candidate, choice.to, rules.range);
  if ('code' in edits) return skip(edits);
  return {
    name,
    from,
    to: choice.to,
    kind: choice.kind,
    publishedAt: publishedAt(described, choice.to),
    edits,
  };
}

/** Where the project names the package, and what becomes of each place. */
export function editsFor(
  { name, uses }: Pick<Candidate, 'name' | 'uses'>,
  to: string,
  range: UpdateRules['range'],
): readonly Edit[] | Declined {
  const edits = uses.map((use) => ({ ...use, edit: moveRange(name, use.spec, to, range) }));
  for (const { path, edit } of edits)
    if (edit.kind === 'unable') return { code: 'dependency.range', reason: `${path}: ${edit.why}.` };
  return edits;
}

/** Where no range may change, only what all of them admit. */
function offered(
  described: RegistryPackage,
  { name, uses }: Candidate,
  { range }: UpdateRules,
): RegistryPackage {
  if (range !== 'lockfile-only') return described;
  const isAdmitted = (version: string) =>
    uses.every(({ spec }) => moveRange(name, spec, version, range).kind === 'keep');
  return { ...described, versions: described.versions.filter(({ version }) => isAdmitted(version)) };
}

/** Versions of unknown age are not chosen, so there is a time. */
function publishedAt({ versions }: RegistryPackage, version: string): string {
  const at = versions.find((each) => each.version === version)?.publishedAt;
  return new Date(at ?? 0).toISOString();
}

/** Patches before minors, then what the world has used longest: the least risk first. */
export function orderUpdates(updates: readonly PlannedUpdate[]): readonly PlannedUpdate[] {
  const key = ({ kind, publishedAt, name }: PlannedUpdate) =>
    `${kind === 'patch' ? 0 : 1} ${publishedAt} ${name}`;
  return [...updates].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
