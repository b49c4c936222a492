import type { Calibration, RolloutPlan } from '../../../domain/rollout.ts';
import type { Evidence, RolloutDecision } from '../decision.ts';

/** A look that never ends a rollout, as nothing can be concluded. */
export type RequestsHold = {
  readonly kind: 'hold';
  readonly code: 'rollout.requests';
  readonly evidence: readonly Evidence[];
  readonly reason: string;
};

/** Below it, numbers end. */
const leastAlpha = 1e-300;

/** Evidence of requests is needed so many times as much; written as an alpha, which is what a plan has. */
export function widened(plan: RolloutPlan, calibration: Calibration | undefined): RolloutPlan {
  return calibration === undefined
    ? plan
    : { ...plan, alpha: Math.max(leastAlpha, plan.alpha ** calibration.dispersion) };
}

/**
 * What counts of requests may say: calibrated on two equal arms they roll back, by a threshold that is widened; else they decide
 * nothing. What they call good is never shown to be good (docs/statistics.md).
 */
export function decisionOfRequests(
  decision: RolloutDecision,
  calibration: Calibration | undefined,
): RolloutDecision | RequestsHold {
  const { kind, reason, evidence } = decision;
  const hold = (why: string): RequestsHold => ({
    kind: 'hold',
    code: 'rollout.requests',
    evidence,
    reason: why,
  });
  if (kind === 'continue') return decision;
  if (kind === 'raise' || kind === 'promote')
    return hold(
      'The step would be passed if each request were a user of its own; but requests were counted, which show no canary to be good.',
    );
  if (kind !== 'rollback') return { ...decision, reason: `${reason} Requests were counted, not users.` };
  if (calibration === undefined)
    return hold(
      `${reason} But requests were counted, not users, and one user's bad luck is many of them. Without 30 windows before the first weight, in which both arms ran the same version and some requests failed, nobody can tell how much that is.`,
    );
  const { dispersion, windows } = calibration;
  const times = Number(dispersion.toPrecision(2));
  return {
    ...decision,
    reason: `${reason} Requests were counted, not users: by ${windows} windows of two equal arms they scatter up to ${times} times as much as coins, and so much more evidence was asked for.`,
  };
}
