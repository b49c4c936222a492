import { takenBackCode } from '../domain/blame.ts';
import type { ChangeClass, ChangeId, Proposal, Sha } from '../domain/change.ts';
import type { Ledger, LedgerChange } from './ledger.ts';
import { updatesOf } from './updates.ts';

/* What production has proved, and what it has turned away. */

export type RememberedVersion = {
  readonly name: string;
  readonly version: string;
  readonly code: string;
  readonly change: ChangeId;
};

/** Versions of packages that were turned away here, refused, rolled back or taken back: not proposed again. */
export function rememberedVersions(ledger: Ledger): readonly RememberedVersion[] {
  return turnedAway(ledger)
    .filter(({ together }) => !together)
    .flatMap(({ change, code, versions }) => versions.map((each) => ({ ...each, code, change })));
}

/** Versions that were turned away as one: which of them is to blame is not known, and they are not proposed again as one. */
export type TurnedAway = {
  readonly change: ChangeId;
  readonly code: string;
  readonly versions: readonly { readonly name: string; readonly version: string }[];
};

export function turnedAwayTogether(ledger: Ledger): readonly TurnedAway[] {
  return turnedAway(ledger).filter(({ together }) => together);
}

function turnedAway(ledger: Ledger): readonly (TurnedAway & { readonly together: boolean })[] {
  const undone = undoneCommits(ledger);
  return [...ledger.changes.values()].flatMap((change) => {
    const code = undone.has(change.merge?.commit ?? '') ? takenBackCode : turnedAwayWith(change);
    if (code === undefined || change.class === null) return [];
    const asked = updatesOf(change.proposal).map(({ name, to }) => ({ name, version: to }));
    const moved = updateClasses.has(change.class) ? movedBy(change) : [];
    // What the agent itself asked for is one thing, whatever npm moved with it.
    const versions = asked.length > 1 || moved.length === 0 ? asked : moved;
    // A person who cancels says no to all of it.
    const together = versions.length > 1 && asked.length !== 1 && code !== cancelled;
    return versions.length === 0 ? [] : [{ change: change.id, code, versions, together }];
  });
}

function movedBy({ packages }: LedgerChange): TurnedAway['versions'] {
  return packages.flatMap(({ direct, name, to }) => (direct && to !== null ? [{ name, version: to }] : []));
}

const updateClasses: ReadonlySet<ChangeClass> = new Set([
  'dependency-patch',
  'dependency-minor',
  'dependency-security',
]);
/** They say something about today, not about the version: it is proposed again. */
const passing = /^(release-age|registry|stage|policy|merge|classify|change)\./;

const cancelled = 'change.cancel';

/** The code of what speaks against the versions of a change; undefined: nothing does. */
function turnedAwayWith({ conclusion, proposal }: LedgerChange): string | undefined {
  if (conclusion?.code === cancelled && updatesOf(proposal).length > 0) return cancelled;
  if (conclusion === null || (conclusion.outcome !== 'refused' && conclusion.outcome !== 'rolled-back'))
    return undefined;
  return passing.test(conclusion.code) ? undefined : conclusion.code;
}

/** Merges that a landed revert has taken off the branch again. */
function undoneCommits(ledger: Ledger): ReadonlySet<Sha> {
  const reverts = [...ledger.changes.values()].filter(
    (change) => change.class === 'revert' && change.conclusion?.outcome === 'landed',
  );
  return new Set(reverts.flatMap(({ proposal }) => revertedBy(proposal) ?? []));
}

/** The commit that a revert takes back; undefined: it is none, or does not say. */
export function revertedBy({ record }: Proposal): Sha | undefined {
  return typeof record.reverts === 'string' ? record.reverts : undefined;
}

/** Merge commits that were rolled back or taken back: no release may contain one that is not reverted. */
export function poisonedCommits(ledger: Ledger): ReadonlySet<Sha> {
  const poisoned = [...ledger.changes.values()].filter(
    (change) => change.conclusion?.outcome === 'rolled-back',
  );
  const commits = poisoned.flatMap((change) => (change.merge === null ? [] : [change.merge.commit]));
  return new Set([...commits, ...undoneCommits(ledger)]);
}

/**
 * Commits of the branch after stable that production has not proved: people's, and changes that the policy let merge
 * and not deploy. Documentation runs nowhere, so it needs no proof.
 */
export function foreignCommits(ledger: Ledger, commits: readonly Sha[]): readonly Sha[] {
  const proved = [...ledger.changes.values()].filter(
    (change) => change.conclusion?.outcome === 'landed' && (change.proved || change.class === 'docs'),
  );
  const known = new Set(proved.flatMap((change) => (change.merge === null ? [] : [change.merge.commit])));
  return commits.filter((commit) => !known.has(commit));
}
