import { exposureOf, exposureSum } from '../../domain/exposure.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Observation } from '../../domain/rollout.ts';
import type { Exposure } from '../../domain/stage.ts';
import type { RolloutDecision } from './decision.ts';

export type Decided = Pick<RolloutDecision, 'reason' | 'evidence'> & { readonly kind: string };

/** What is journalled of a look. */
export function lookOf(look: {
  readonly at: Date;
  readonly step: number;
  readonly weight: number;
  readonly decision: Decided;
  readonly observation: Observation | undefined;
  /** In earlier starts of the rollout. */
  readonly earlier: Exposure;
}): JsonObject {
  const { at, step, weight, decision, observation, earlier } = look;
  return {
    at: at.toISOString(),
    step,
    weight,
    decision: decision.kind,
    reason: decision.reason,
    evidence: decision.evidence as unknown as JsonObject,
    ...exposureSum(earlier, exposureOf(observation)),
  };
}
