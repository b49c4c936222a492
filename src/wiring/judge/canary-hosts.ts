import type { ChangeId } from '../../domain/change.ts';
import { pick } from '../../stages/3-judge/canary/defects.ts';
import type { CanaryHost } from '../../stages/3-judge/run-canary.ts';
import { measuredOf } from '../../views/judge-standing.ts';
import type { Ledger, LedgerChange } from '../../views/ledger.ts';
import { poisonedCommits } from '../../views/proved.ts';
import type { Repository } from '../place/repository.ts';

/** Changes of which canaries can be made; `other` and reverts are never judged. A defect makes any of them a bad one. */
export function seedable(ledger: Ledger): readonly LedgerChange[] {
  return [...ledger.changes.values()].filter(
    ({ class: of, tree }) => of !== null && of !== 'other' && of !== 'revert' && tree !== null,
  );
}

/** Good is what everybody has had, and nobody took back. */
export function knownGood(ledger: Ledger): readonly LedgerChange[] {
  const poisoned = poisonedCommits(ledger);
  return seedable(ledger).filter(
    ({ conclusion, proved, merge }) =>
      proved && conclusion?.outcome === 'landed' && merge !== null && !poisoned.has(merge.commit),
  );
}

/** undefined: there is none. */
export function hostAmong(
  { repository, judge, draw }: { repository: Repository; judge: string; draw: () => number },
  changes: readonly LedgerChange[],
): Promise<CanaryHost | undefined> {
  return changes.length === 0
    ? Promise.resolve(undefined)
    : hostOf({ repository, judge }, pick(changes, draw).id);
}

/** undefined: it has no result of the stages before the judge. */
export async function hostOf(
  { repository, judge }: { repository: Repository; judge: string },
  id: ChangeId,
): Promise<CanaryHost | undefined> {
  const { classify, guardrails } = (await repository.change(id)).state.results;
  if (classify === undefined || guardrails === undefined) return undefined;
  const measured = measuredOf(await repository.judgeMeasures(), judge, classify.class);
  return { id, classification: classify, guardrails, found: measured?.found.get(id) ?? new Set() };
}
