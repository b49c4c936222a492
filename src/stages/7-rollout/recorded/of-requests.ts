import type { Evidence, RolloutDecision } from '../decision.ts';

/** Requests counted well: a look that never ends a rollout, as nothing can be concluded. */
export type RequestsHold = {
  readonly kind: 'hold';
  readonly code: 'rollout.requests';
  readonly evidence: readonly Evidence[];
  readonly reason: string;
};

const notUsers =
  "Requests were counted, not users: one user's bad luck is many of them, so a false alarm is likelier than the plan allows.";

/**
 * What counts of requests may say. One user's bad luck is many bad requests: such counts alarm falsely (docs/statistics.md), and what
 * they call good is not shown to be good. Until they are calibrated on two equal arms they accuse or hold, and never promote.
 */
export function decisionOfRequests(decision: RolloutDecision): RolloutDecision | RequestsHold {
  const { reason, evidence } = decision;
  if (decision.kind === 'continue') return decision;
  if (decision.kind !== 'raise' && decision.kind !== 'promote')
    return { ...decision, reason: `${reason} ${notUsers}` };
  return {
    kind: 'hold',
    code: 'rollout.requests',
    evidence,
    reason:
      'The step would be passed if each request were a user of its own; but requests were counted, and not calibrated on two equal arms: they show no canary to be good.',
  };
}
