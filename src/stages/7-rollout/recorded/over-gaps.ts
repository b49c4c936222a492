import type { Evidence, RolloutDecision } from '../decision.ts';
import type { Gap } from './coverage.ts';
import type { RequestsHold } from './of-requests.ts';

/** A look that never ends a rollout, as what comes later may still show the canary to be bad. */
export type GapHold = {
  readonly kind: 'hold';
  readonly code: 'rollout.telemetry-gap';
  readonly evidence: readonly Evidence[];
  readonly reason: string;
};

/** Whatever is missing may be what was bad: harm that was seen counts all the same, and nothing is good any more. */
export function decisionOverGap(
  decision: RolloutDecision | RequestsHold,
  gap: Gap,
): RolloutDecision | RequestsHold | GapHold {
  const { kind, reason, evidence } = decision;
  if (gap === undefined || kind === 'rollback' || kind === 'close') return decision;
  if (kind === 'hold' || kind === 'restart') return { ...decision, reason: `${reason} Besides, ${gap}.` };
  return {
    kind: 'hold',
    code: 'rollout.telemetry-gap',
    evidence,
    reason: `Nothing is promoted over a gap: ${gap}. ${reason}`,
  };
}
