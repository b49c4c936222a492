import type { RolloutPlan } from '../domain/rollout.ts';
import { rolloutPlan } from './plans.ts';
import { configSchema } from './schema.ts';

/** Of all failures in a step, so many may be a bad canary's beyond what baseline would have had. */
const harmBudget = 0.19;
const leastExclude = 2;
const week = 7 * 24 * 3600;

/**
 * A plan for a rollout that has been: the default error rates, and for each weight what its harm budget allows. A canary m times as
 * bad as baseline, at the weight w, fails w (m - 1) of baseline's failures more: so m = 1 + budget / w is excluded before more
 * users meet it. No time limits it: it went as it went.
 */
export function planForWeights(weights: readonly number[]): RolloutPlan {
  const defaults = rolloutPlan(configSchema.parse({ version: 1 }));
  const steps = weights.map((weight) => ({
    weight,
    exclude: Math.max(leastExclude, 1 + harmBudget / weight),
    limitSeconds: week,
    bakeSeconds: 0,
  }));
  return { ...defaults, steps };
}
