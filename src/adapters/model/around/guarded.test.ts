import { describe, expect, it } from 'vitest';
import type { ModelExchange, ModelFault } from '../../../domain/model.ts';
import type { Model } from '../../../ports/model.ts';
import {
  badReply,
  goodReply,
  oneToken,
  sayingModel,
  shortRequest,
  testIdentity,
} from '../../../testing/saying-model.ts';
import { SystemClock } from '../../clock/system.ts';
import { Breaker } from './breaking.ts';
import { Budgets } from './budgets.ts';
import { guarded } from './guarded.ts';
import { recorded } from './recorded.ts';
import { retrying } from './retrying.ts';
import { LinedSpendingBook, SpendingInMemory } from './spending-book.ts';
import { timed } from './timed.ts';

const never: Model = { identity: testIdentity, ask: () => new Promise(() => {}) };
const limits = { retries: 2, backoffMs: 1, mostWaitMs: 1_000 };

describe('timed', () => {
  it('answers in time for a model that never does', async () => {
    expect(await timed(never, 20).ask(shortRequest)).toMatchObject({ fault: 'timeout' });
    expect(await timed(sayingModel(goodReply), 10_000).ask(shortRequest)).toEqual(goodReply);
  });
});

describe('retrying', () => {
  it.each<ModelFault>(['unreachable', 'timeout', 'rate-limited', 'overloaded', 'cut-off'])(
    'asks again after %s',
    async (fault) => {
      const model = sayingModel(badReply(fault), goodReply);
      expect(await retrying(model, limits).ask(shortRequest)).toEqual(goodReply);
      expect(model.asked).toBe(2);
    },
  );

  it.each<ModelFault>(['unauthorised', 'rejected', 'malformed', 'over-budget', 'unrecorded'])(
    'does not ask again after %s',
    async (fault) => {
      const model = sayingModel(badReply(fault), goodReply);
      expect(await retrying(model, limits).ask(shortRequest)).toMatchObject({ fault });
      expect(model.asked).toBe(1);
    },
  );

  it('gives up as often and as late as it may', async () => {
    const model = sayingModel(badReply('overloaded'));
    expect(await retrying(model, limits).ask(shortRequest)).toMatchObject({ fault: 'overloaded' });
    expect(model.asked).toBe(3);
    const later = sayingModel(badReply('rate-limited', { retryAfterMs: 1_001 }), goodReply);
    expect(await retrying(later, limits).ask(shortRequest)).toMatchObject({ fault: 'rate-limited' });
    expect(later.asked).toBe(1);
  });

  it('comes no sooner than the server wants', async () => {
    const model = sayingModel(badReply('rate-limited', { retryAfterMs: 60 }), goodReply);
    const begun = performance.now();
    expect(await retrying(model, limits).ask(shortRequest)).toEqual(goodReply);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(55);
  });

  it('does not wait for who has gone', async () => {
    const model = sayingModel(badReply('rate-limited', { retryAfterMs: 900 }), goodReply);
    expect(await retrying(model, limits).ask(shortRequest, AbortSignal.timeout(20))).toMatchObject({
      fault: 'rate-limited',
    });
    expect(model.asked).toBe(1);
  });
});

describe('recorded', () => {
  it('keeps it before it is told, and tells nothing that is not kept', async () => {
    const kept: ModelExchange[] = [];
    const log = { record: async (one: ModelExchange) => void kept.push(one) };
    expect(await recorded(sayingModel(goodReply), log, new SystemClock()).ask(shortRequest)).toEqual(
      goodReply,
    );
    expect(kept).toMatchObject([{ identity: testIdentity, request: shortRequest, reply: goodReply }]);
    const full = { record: () => Promise.reject(new Error('no space left')) };
    expect(await recorded(sayingModel(goodReply), full, new SystemClock()).ask(shortRequest)).toEqual({
      kind: 'fault',
      fault: 'unrecorded',
      reason: 'the exchange could not be kept: no space left',
      usage: oneToken,
    });
  });
});

describe('guarded', () => {
  it('records and pays for each attempt, and neither where nobody was asked', async () => {
    const clock = new SystemClock();
    const kept: ModelExchange[] = [];
    const pages = new SpendingInMemory();
    const budgets = new Budgets(
      new LinedSpendingBook(pages, Date.now),
      { perChange: { tokens: 3 }, perDay: {} },
      clock,
    );
    const cut = badReply('cut-off', { usage: oneToken });
    const model = guarded(sayingModel(cut, cut, goodReply), {
      ...{ budgets, change: 'c', prices: undefined, timeoutMs: 1_000, clock, retry: limits },
      log: { record: async (one) => void kept.push(one) },
      breaker: new Breaker({ faults: 9, pauseMs: 1, longestPauseMs: 1 }, clock),
    });
    expect(await model.ask(shortRequest)).toMatchObject({ fault: 'over-budget' });
    expect(kept.map(({ reply }) => reply)).toEqual([cut, cut]);
    expect(pages.read('change c').filter((line) => 'spent' in line)).toHaveLength(2);
  });
});
