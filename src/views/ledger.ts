import type { ChangeClass, ChangeId, PackageChange, Proposal, Sha } from '../domain/change.ts';
import type { Conclusion } from '../domain/decision.ts';
import type { Entry } from '../domain/journal.ts';
import type { Built, Classification, MergeReport, ReleaseReport, RolloutReport } from '../domain/stage.ts';
import { movedTo, type Production, stableAfter } from './production.ts';

/** What the repository's journal says about all changes together: one line for each, and what production runs. */
export type Ledger = {
  readonly changes: ReadonlyMap<ChangeId, LedgerChange>;
  /** By service, in the order in which they were adopted first. One that never was is not here: nothing can be compared with a candidate. */
  readonly production: ReadonlyMap<string, Production>;
  /** Services that left the configuration, by a person's adoption: nobody is served by them any more. */
  readonly retired: ReadonlySet<string>;
  /** Journal index of the last entry taken in; -1: none. */
  readonly upTo: number;
};

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
  /** What it deploys, a service after the other: the last one is under way until it ends. [] where it deploys nothing. */
  readonly releases: readonly Built[];
  /** Production runs it: its rollout ended well, or its tree is the one that runs. */
  readonly proved: boolean;
  /** Keys of the flags, one for each service, that hold what it added to the code; []: it added nothing, or nobody has it. */
  readonly codeFlags: readonly string[];
  readonly conclusion: Conclusion | null;
  readonly concludedAt: string | null;
};

export const emptyLedger: Ledger = {
  changes: new Map(),
  production: new Map(),
  retired: new Set(),
  upTo: -1,
};

/** The event types that a ledger is folded from. */
export const ledgerTypes = [
  'change.proposed',
  'stage.finished',
  'stage.raced',
  'change.concluded',
  'service.stable',
  'service.retired',
];

export function foldLedger(entries: readonly Entry[], from: Ledger = emptyLedger): Ledger {
  const changes = new Map(from.changes);
  const production = new Map(from.production);
  const retired = new Set(from.retired);
  let { upTo } = from;
  for (const entry of entries) {
    if (entry.index <= upTo) continue;
    upTo = entry.index;
    const after = entry.change === undefined ? undefined : take(changes.get(entry.change), entry);
    if (after !== undefined) changes.set(after.id, after);
    for (const next of stableAfter(entry, after, production)) {
      production.set(next.service, movedTo(next, production.get(next.service)));
      retired.delete(next.service);
    }
    if (entry.type === 'service.retired' && production.delete(String(entry.data.service)))
      retired.add(String(entry.data.service));
  }
  return { changes, production, retired, upTo };
}

function take(change: LedgerChange | undefined, entry: Entry): LedgerChange | undefined {
  if (entry.type === 'change.proposed' && change === undefined) return begin(entry);
  if (change === undefined) return undefined;
  if (entry.type === 'stage.finished') return { ...change, ...finished(change, entry) };
  if (entry.type === 'stage.raced') return { ...change, class: null, packages: [], tree: null };
  if (entry.type !== 'change.concluded') return change;
  return { ...change, conclusion: entry.data as unknown as Conclusion, concludedAt: entry.at };
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
    releases: [],
    proved: false,
    codeFlags: [],
    conclusion: null,
    concludedAt: null,
  };
}

function finished(change: LedgerChange, entry: Entry): Partial<LedgerChange> {
  const data = entry.data.data as unknown;
  if (entry.data.stage === 'classify') {
    const found = data as Classification;
    return { class: found.class, packages: found.packages, tree: found.tree };
  }
  if (entry.data.stage === 'merge') return { merge: data as MergeReport, mergedAt: entry.at };
  if (entry.data.stage === 'release') {
    const release = data as ReleaseReport;
    if (!release.deploys) return { proved: release.sameAsStable };
    const { service, digest } = release;
    return { releases: [...change.releases, { service, digest }] };
  }
  if (entry.data.stage === 'rollout') {
    const rollout = data as RolloutReport;
    const flag = rollout.ran ? rollout.codeFlag?.flag : undefined;
    return { proved: rollout.ran, codeFlags: [...change.codeFlags, ...(flag === undefined ? [] : [flag])] };
  }
  return {};
}

/** The change that has production to itself: merged, and not yet concluded. */
export function inProduction(ledger: Ledger): LedgerChange | undefined {
  return [...ledger.changes.values()].find((change) => change.merge !== null && change.conclusion === null);
}

/** Keys of flags in the code that everybody has: no rollout uses them, and they stay on. */
export function standingFlags(ledger: Ledger): readonly string[] {
  return [...ledger.changes.values()].flatMap(({ codeFlags }) => codeFlags);
}

export const revertSource = 'agent:revert';
export const dependencySource = 'agent:dependency';
export const docsSource = 'agent:docs';
export const lintSource = 'agent:lint';
export const crashFixSource = 'agent:crash-fix';
export const performanceSource = 'agent:performance';
export const driversSource = 'agent:drivers';

/** What the branch has overtaken need not be merged by hand: the next scan makes it on today's tip. */
export const proposingAnew: ReadonlySet<string> = new Set([dependencySource, docsSource, lintSource]);

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
