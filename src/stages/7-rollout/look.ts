import { exposureOf } from '../../domain/exposure.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Observation } from '../../domain/rollout.ts';
import type { RolloutDecision } from './decision.ts';

/** What is journalled of a look. */
export function lookOf(look: {
  readonly at: Date;
  readonly step: number;
  readonly weight: number;
  readonly decision: RolloutDecision;
  readonly observation: Observation | undefined;
}): JsonObject {
  const { at, step, weight, decision, observation } = look;
  return {
    at: at.toISOString(),
    step,
    weight,
    decision: decision.kind,
    reason: decision.reason,
    evidence: decision.evidence as unknown as JsonObject,
    ...exposureOf(observation),
  };
}
