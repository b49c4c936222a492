import type { RolloutPlan } from '../domain/rollout.ts';
import { excludedAt, rolloutPlan } from './plans.ts';
import { configSchema } from './schema.ts';

const week = 7 * 24 * 3600;

/** A plan for a rollout that has been: the default rates, and for each weight what its harm budget allows. No time limits it: it went as it went. */
export function planForWeights(weights: readonly number[]): RolloutPlan {
  const config = configSchema.parse({ version: 1 });
  const steps = weights.map((weight) => ({
    weight,
    exclude: excludedAt(weight, config.rollout.harmBudget),
    limitSeconds: week,
    bakeSeconds: 0,
  }));
  return { ...rolloutPlan(config), steps };
}
