import type { ModelFault, ModelReply } from './model.ts';
import { type ModelPrices, microdollarsOf } from './model-prices.ts';

/** What calls took, or may take. */
export type ModelSpending = {
  readonly tokens: number;
  /** undefined: no price is known. */
  readonly microdollars: number | undefined;
  readonly ms: number;
};

/** undefined: no limit. */
export type ModelBudget = {
  readonly tokens?: number | undefined;
  readonly microdollars?: number | undefined;
  readonly ms?: number | undefined;
};

/** Where spending is counted, such as of one day, with what may be spent there. */
export type BudgetAccount = { readonly name: string; readonly budget: ModelBudget };

/** What stands in an account: what was spent, and what calls that are under way may still take. */
export type BudgetPage = {
  readonly spent: ModelSpending;
  readonly reserved: readonly ModelSpending[];
};

export type Admission =
  | { readonly kind: 'admitted' }
  /** Until a call that is under way tells what it took. */
  | { readonly kind: 'wait'; readonly account: string }
  | { readonly kind: 'over'; readonly reason: string };

export const nothingSpent: ModelSpending = { tokens: 0, microdollars: 0, ms: 0 };

export function added(one: ModelSpending, other: ModelSpending): ModelSpending {
  const { microdollars: a } = one;
  const { microdollars: b } = other;
  return {
    tokens: one.tokens + other.tokens,
    microdollars: a === undefined || b === undefined ? undefined : a + b,
    ms: one.ms + other.ms,
  };
}

const dimensions = ['tokens', 'microdollars', 'ms'] as const;

/**
 * Whether a call may begin. Alone it may go over the budget, by itself; beside others it must fit with all that they may take.
 * So a budget is exceeded by one answer at the most, whatever the order in which calls begin and end.
 */
export function admission(account: BudgetAccount, page: BudgetPage, most: ModelSpending): Admission {
  const reserved = page.reserved.reduce(added, nothingSpent);
  for (const dimension of dimensions) {
    const limit = account.budget[dimension];
    if (limit === undefined) continue;
    const [spent, held, own] = [page.spent[dimension], reserved[dimension], most[dimension]];
    if (own === undefined || spent === undefined || held === undefined)
      return over(account, 'dollars are limited, and no price is known');
    if (spent >= limit)
      return over(account, `${said(dimension, spent)} of ${said(dimension, limit)} are spent`);
    const isAlone = page.reserved.length === 0;
    if (!isAlone && spent + held + own > limit) return { kind: 'wait', account: account.name };
  }
  return { kind: 'admitted' };
}

function over({ name }: BudgetAccount, reason: string): Admission {
  return { kind: 'over', reason: `${name}: ${reason}` };
}

function said(dimension: (typeof dimensions)[number], amount: number): string {
  if (dimension === 'tokens') return `${amount} tokens`;
  return dimension === 'ms' ? `${Math.round(amount / 1000)} s` : `$${(amount / 1e6).toFixed(2)}`;
}

/** What a call takes at the most. */
export function mostSpending(
  { input, output }: { readonly input: number; readonly output: number },
  prices: ModelPrices | undefined,
  timeoutMs: number,
): ModelSpending {
  const usage = { inputTokens: input, outputTokens: output, cacheWriteTokens: input };
  const microdollars = prices === undefined ? undefined : microdollarsOf(usage, prices);
  return { tokens: input + output, microdollars, ms: timeoutMs };
}

/** Refused before anything was thought of; every other fault may have cost all that it could. */
const free: ReadonlySet<ModelFault> = new Set([
  'unreachable',
  'unauthorised',
  'rejected',
  'rate-limited',
  'overloaded',
  'over-budget',
]);

/** What a call took: never less than it did. */
export function spendingOf(reply: ModelReply, most: ModelSpending, ms: number): ModelSpending {
  const { usage } = reply;
  if (usage !== undefined) {
    const microdollars = usage.microdollars ?? most.microdollars;
    return { tokens: usage.inputTokens + usage.outputTokens, microdollars, ms };
  }
  if (reply.kind === 'fault' && free.has(reply.fault))
    return { tokens: 0, microdollars: most.microdollars === undefined ? undefined : 0, ms };
  return { ...most, ms };
}
