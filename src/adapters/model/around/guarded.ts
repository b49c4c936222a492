import type { ExchangeLog, Model } from '../../../ports/model.ts';
import { type Breaker, type BreakerLimits, breaking } from './breaking.ts';
import { type BudgetedOptions, budgeted } from './budgeted.ts';
import { recorded } from './recorded.ts';
import { type RetryLimits, retrying } from './retrying.ts';
import { timed } from './timed.ts';

export const usualBreaker: BreakerLimits = { faults: 5, pauseMs: 10_000, longestPauseMs: 10 * 60_000 };
export const usualRetry: RetryLimits = { retries: 2, backoffMs: 1_000, mostWaitMs: 2 * 60_000 };

export type Guards = BudgetedOptions & {
  readonly log: ExchangeLog;
  /** Shared by all who ask the same model. */
  readonly breaker: Breaker;
  readonly retry: RetryLimits;
};

/** Each attempt is bounded, kept, and paid for by itself; a server that fails is left alone before a budget is asked. */
export function guarded(model: Model, guards: Guards): Model {
  const kept = recorded(timed(model, guards.timeoutMs), guards.log, guards.clock);
  return retrying(breaking(budgeted(kept, guards), guards.breaker), guards.retry);
}
