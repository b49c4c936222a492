import { z } from 'zod';
import { count } from './fields.ts';
import { dollars } from './models.ts';

/** What the models of one task may take, in all its rounds. */
export const taskBudget = z
  .strictObject({
    tokens: z.int().min(1).max(1_000_000_000_000).nullable().default(null),
    dollars: dollars.describe('Needs prices for every model that it may ask'),
    minutes: count.nullable().default(null).describe('In which a model is waited for'),
  })
  .nullable()
  .default(null)
  .describe('What its models may take, in all its rounds; null, here and in it: what one change may');

export type TaskBudget = z.output<typeof taskBudget>;

type Amounts = { readonly [of in 'tokens' | 'dollars' | 'minutes']: number | null };

/** The stricter of two holds, so that no rule raises what one change may take. */
export function withBudget<Limits extends { readonly models: { readonly perChange: Amounts } }>(
  limits: Limits,
  budget: TaskBudget,
): Limits {
  if (budget === null) return limits;
  const { perChange } = limits.models;
  const bounded = {
    tokens: least(perChange.tokens, budget.tokens),
    dollars: least(perChange.dollars, budget.dollars),
    minutes: least(perChange.minutes, budget.minutes),
  };
  return { ...limits, models: { ...limits.models, perChange: bounded } };
}

/** null: no limit. */
function least(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
