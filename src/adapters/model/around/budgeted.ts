import { mostSpending, spendingOf } from '../../../domain/model-budget.ts';
import type { ModelPrices } from '../../../domain/model-prices.ts';
import { mostTokens } from '../../../domain/model-tokens.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Model } from '../../../ports/model.ts';
import type { Budgets } from './budgets.ts';

export type BudgetedOptions = {
  readonly budgets: Budgets;
  /** Undefined: for no change. */
  readonly change: string | undefined;
  readonly prices: ModelPrices | undefined;
  /** What the model inside takes at most. */
  readonly timeoutMs: number;
  readonly clock: Clock;
};

/** Asks only while the budgets of the change and of the day have room; waits where a call under way may leave some. */
export function budgeted(model: Model, options: BudgetedOptions): Model {
  const { budgets, change, prices, timeoutMs, clock } = options;
  return {
    identity: model.identity,
    async ask(request, signal) {
      const most = mostSpending(mostTokens(request), prices, timeoutMs);
      const entrance = await budgets.enter(change, most, signal);
      if (entrance.kind === 'over') return { kind: 'fault', fault: 'over-budget', reason: entrance.reason };
      if (entrance.kind === 'left')
        return { kind: 'fault', fault: 'timeout', reason: 'not asked: whoever asked gave up before' };
      const begun = clock.monotonicMs();
      let spent = most;
      try {
        const reply = await model.ask(request, signal);
        spent = spendingOf(reply, most, clock.monotonicMs() - begun);
        return reply;
      } finally {
        budgets.settle(entrance.ticket, spent);
      }
    },
  };
}
