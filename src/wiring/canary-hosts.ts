import type { ChangeId } from '../domain/change.ts';
import { pick } from '../stages/3-judge/canary/defects.ts';
import type { CanaryHost } from '../stages/3-judge/run-canary.ts';
import type { Ledger, LedgerChange } from '../views/ledger.ts';
import { poisonedCommits } from '../views/proved.ts';
import type { Repository } from './repository.ts';

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
  repository: Repository,
  changes: readonly LedgerChange[],
  draw: () => number,
): Promise<CanaryHost | undefined> {
  return changes.length === 0 ? Promise.resolve(undefined) : hostOf(repository, pick(changes, draw).id);
}

/** undefined: it has no result of the stages before the judge. */
export async function hostOf(repository: Repository, id: ChangeId): Promise<CanaryHost | undefined> {
  const { classify, guardrails } = (await repository.change(id)).state.results;
  return classify && guardrails && { id, classification: classify, guardrails };
}
