import type { ChangeClass, ChangeId, PackageChange, Proposal, Sha } from '../domain/change.ts';
import type { Conclusion } from '../domain/decision.ts';
import type { Entry } from '../domain/journal.ts';
import type { Classification, MergeReport, ReleaseReport, RolloutReport } from '../domain/stage.ts';

/** What the repository's journal says about all changes together: one line for each, and what production runs. */
export type Ledger = {
  readonly changes: ReadonlyMap<ChangeId, LedgerChange>;
  /** null: nothing was ever adopted, so nothing can be compared with a candidate. */
  readonly stable: {
    readonly service: string;
    readonly commit: Sha;
    /** Of that commit. */
    readonly tree: Sha;
    readonly digest: string;
  } | null;
  /** The stable version before this one: kept warm. null: there was none. */
  readonly previous: Ledger['stable'];
  /** Journal index of the last entry taken in; -1: none. */
  readonly upTo: number;
};

type Stable = NonNullable<Ledger['stable']>;

export type LedgerChange = {
  readonly id: ChangeId;
  readonly proposal: Proposal;
  readonly proposedAt: string;
  readonly class: ChangeClass | null;
  readonly packages: readonly PackageChange[];
  /** The tree that was tested; null: not classified yet. */
  readonly tree: Sha | null;
  /** Set once the branch holds it. */
  readonly merge: MergeReport | null;
  readonly mergedAt: string | null;
  /** The candidate's digest, once it deploys. */
  readonly digest: string | null;
  /** Production runs it: its rollout ended well, or its tree is the one that runs. */
  readonly proved: boolean;
  /** The key of the flag that holds what it added to the code; null: it added none, or nobody has it. */
  readonly codeFlag: string | null;
  readonly conclusion: Conclusion | null;
  readonly concludedAt: string | null;
};

export const emptyLedger: Ledger = { changes: new Map(), stable: null, previous: null, upTo: -1 };

/** The event types that a ledger is folded from. */
export const ledgerTypes = [
  'change.proposed',
  'stage.finished',
  'stage.raced',
  'change.concluded',
  'service.stable',
];

export function foldLedger(entries: readonly Entry[], from: Ledger = emptyLedger): Ledger {
  const changes = new Map(from.changes);
  let { stable, previous, upTo } = from;
  for (const entry of entries) {
    if (entry.index <= upTo) continue;
    upTo = entry.index;
    const after = entry.change === undefined ? undefined : take(changes.get(entry.change), entry);
    if (after !== undefined) changes.set(after.id, after);
    const next = stableAfter(entry, after, stable);
    if (next === null) continue;
    if (stable !== null && stable.digest !== next.digest) previous = stable;
    stable = next;
  }
  return { changes, stable, previous, upTo };
}

function take(change: LedgerChange | undefined, entry: Entry): LedgerChange | undefined {
  if (entry.type === 'change.proposed' && change === undefined) return begin(entry);
  if (change === undefined) return undefined;
  if (entry.type === 'stage.finished') return { ...change, ...finished(entry) };
  if (entry.type === 'stage.raced') return { ...change, class: null, packages: [], tree: null };
  if (entry.type !== 'change.concluded') return change;
  return { ...change, conclusion: entry.data as unknown as Conclusion, concludedAt: entry.at };
}

/** What production runs after this entry; null: the entry says nothing about it. */
function stableAfter(entry: Entry, change: LedgerChange | undefined, stable: Stable | null): Stable | null {
  if (entry.type === 'service.stable') return entry.data as unknown as Stable;
  if (entry.type !== 'stage.finished' || change === undefined || change.merge === null) return null;
  const { commit } = change.merge;
  const tree = change.tree ?? '';
  if (entry.data.stage === 'rollout') {
    const report = entry.data.data as unknown as RolloutReport;
    if (!report.ran || change.digest === null || stable === null) return null;
    return { service: stable.service, commit, tree, digest: change.digest };
  }
  if (entry.data.stage !== 'release' || stable === null) return null;
  const release = entry.data.data as unknown as ReleaseReport;
  return !release.deploys && release.sameAsStable ? { ...stable, commit, tree } : null;
}

function begin(entry: Entry): LedgerChange {
  return {
    id: entry.change ?? '',
    proposal: entry.data as unknown as Proposal,
    proposedAt: entry.at,
    class: null,
    packages: [],
    tree: null,
    merge: null,
    mergedAt: null,
    digest: null,
    proved: false,
    codeFlag: null,
    conclusion: null,
    concludedAt: null,
  };
}

function finished(entry: Entry): Partial<LedgerChange> {
  const data = entry.data.data as unknown;
  if (entry.data.stage === 'classify') {
    const found = data as Classification;
    return { class: found.class, packages: found.packages, tree: found.tree };
  }
  if (entry.data.stage === 'merge') return { merge: data as MergeReport, mergedAt: entry.at };
  if (entry.data.stage === 'release') {
    const release = data as ReleaseReport;
    return release.deploys ? { digest: release.digest } : { digest: null, proved: release.sameAsStable };
  }
  if (entry.data.stage === 'rollout') {
    const rollout = data as RolloutReport;
    return { proved: rollout.ran, codeFlag: (rollout.ran ? rollout.codeFlag?.flag : undefined) ?? null };
  }
  return {};
}

/** The change that has the service to itself: merged, and not yet concluded. */
export function inProduction(ledger: Ledger): LedgerChange | undefined {
  return [...ledger.changes.values()].find((change) => change.merge !== null && change.conclusion === null);
}

/** Keys of flags in the code that everybody has: no rollout uses them, and they stay on. */
export function standingFlags(ledger: Ledger): readonly string[] {
  return [...ledger.changes.values()].flatMap(({ codeFlag }) => codeFlag ?? []);
}

export const revertSource = 'agent:revert';
export const dependencySource = 'agent:dependency';

/** The code of a change that the branch has overtaken: its agent proposes the same anew. */
export const overtakenCode = 'classify.overtaken';

/** A revert that has not landed yet goes before everything else. */
export function pendingRevert(ledger: Ledger): LedgerChange | undefined {
  return [...ledger.changes.values()].find(
    (change) => change.proposal.source === revertSource && change.conclusion === null,
  );
}

/** The first change under way that was proposed before this one: they land in the order in which they came. */
export function olderThan(ledger: Ledger, id: ChangeId): LedgerChange | undefined {
  const first = [...ledger.changes.values()].find(({ conclusion }) => conclusion === null);
  return first?.id === id ? undefined : first;
}

/** The changes that the branch has taken since `since`, for the daily cap. */
export function mergedSince(ledger: Ledger, since: Date): readonly LedgerChange[] {
  const changes = [...ledger.changes.values()];
  return changes.filter(({ mergedAt }) => mergedAt !== null && new Date(mergedAt) >= since);
}
