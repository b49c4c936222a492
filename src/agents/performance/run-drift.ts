import type { ChangeId, Proposal, Sha } from '../../domain/change.ts';
import type { RevertGit } from '../../engine/revert.ts';
import type { LatencyDrift } from '../../views/latency-drift.ts';
import { performanceSource } from '../../views/ledger.ts';
import { type PortionRules, portionOf, type Skipped } from '../portions.ts';

export type DriftDeps = { readonly git: RevertGit };

export type DriftSettings = Omit<PortionRules, 'agent' | 'base' | 'maxWeight' | 'maxFiles'> & {
  readonly target: string;
  readonly asOf: Date;
  readonly drifts: readonly LatencyDrift[];
  /** By change, the commit with which it landed; what was taken back already is not among them. */
  readonly landed: ReadonlyMap<ChangeId, { readonly commit: Sha; readonly title: string }>;
};

type Report = { readonly proposals: readonly Proposal[]; readonly skipped: readonly Skipped[] };

/** Tells each drift; where one change made half of it or more, a person may take that back. */
export async function meetDrifts(deps: DriftDeps, settings: DriftSettings): Promise<Report> {
  const proposals: Proposal[] = [];
  const skipped: Skipped[] = [];
  for (const drift of settings.drifts) {
    skipped.push({ name: drift.service, code: 'performance.drift', reason: shown(drift) });
    if (Math.log(drift.worst.factor) < Math.log(drift.factor) / 2) continue;
    const made = await takeBack(deps, settings, drift, proposals.length);
    proposals.push(...made.proposals);
    skipped.push(...made.skipped);
  }
  return { proposals, skipped };
}

function shown({ from, to, changes, worst, factor }: LatencyDrift): string {
  const times = factor.toFixed(1);
  return (
    `Half of its users waited ${from} ms at most, and now ${to} ms: ${times} times, over ${changes} changes that were each within ` +
    `what a rollout tolerates. Most of it came with ${worst.change} (${worst.factor.toFixed(2)} times). To see where the time goes: ` +
    'autoland scan --profile FILE.'
  );
}

/**
 * No `revert` as others: that class may land alone, and an agent's guess at what costs time is for a person. So its record does not claim to
 * undo anything, and its class is `other`.
 */
async function takeBack(
  { git }: DriftDeps,
  settings: DriftSettings,
  drift: LatencyDrift,
  made: number,
): Promise<Report> {
  const { change } = drift.worst;
  const culprit = settings.landed.get(change);
  if (culprit === undefined) return { proposals: [], skipped: [] };
  const base = await git.resolve(settings.target);
  const kind = `drift of ${drift.service}`;
  const item = { key: culprit.commit.slice(0, 16), path: kind, name: change, weight: 1 };
  const rules = { ...settings, agent: 'performance', base, maxWeight: 1, maxFiles: 1 };
  const { items, skipped } = portionOf(kind, [item], rules, made);
  if (items.length === 0) return { proposals: [], skipped };
  const undone = await git.revertTree(base, culprit.commit);
  if (undone.kind === 'conflict') {
    const reason = 'It cannot be taken back cleanly any more.';
    return { proposals: [], skipped: [...skipped, { name: change, code: 'performance.conflict', reason }] };
  }
  const title = `Take back what made ${drift.service} slower: "${culprit.title}"`.slice(0, 200);
  const message = `${title}\n\n${change}: ${shown(drift)}`;
  const head = await git.makeCommit({
    tree: undone.tree,
    parents: [base],
    message,
    trailers: [],
    at: settings.asOf,
  });
  const ref = `refs/heads/autoland/performance/${change}`;
  await git.point(ref, head);
  const record = {
    kind,
    base,
    items: [{ ...item, function: item.name, gain: `${drift.worst.factor.toFixed(2)} times slower since it` }],
  };
  const { target } = settings;
  return {
    proposals: [{ source: performanceSource, title, head, ref, target, record: { ...record, drift } }],
    skipped,
  };
}
