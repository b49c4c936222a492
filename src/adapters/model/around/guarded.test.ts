import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelExchange, ModelFault, ModelReply, ModelRequest } from '../../../domain/model.ts';
import type { Model } from '../../../ports/model.ts';
import { SystemClock } from '../../clock/system.ts';
import { Breaker, breaking } from './breaking.ts';
import { Budgets } from './budgets.ts';
import { guarded } from './guarded.ts';
import { recorded } from './recorded.ts';
import { retrying } from './retrying.ts';
import { LinedSpendingBook, SpendingInMemory } from './spending-book.ts';
import { timed } from './timed.ts';

const identity = { name: 'reviewer', family: 'test', model: 'm', scripted: true };
const request: ModelRequest = { system: '', messages: [], tools: [], maxOutputTokens: 10 };
const usage = { inputTokens: 1, outputTokens: 1 };
const good: ModelReply = { kind: 'answer', blocks: [], stop: 'end', usage, answeredBy: 'm' };
const bad = (fault: ModelFault, more: object = {}): ModelReply => ({
  kind: 'fault',
  fault,
  reason: fault,
  ...more,
});

/** Answers in turn, the last one for ever. */
function saying(...replies: readonly ModelReply[]): Model & { asked: number } {
  const model = {
    identity,
    asked: 0,
    ask: async () => {
      model.asked += 1;
      return replies[Math.min(model.asked, replies.length) - 1] ?? good;
    },
  };
  return model;
}

const never: Model = { identity, ask: () => new Promise(() => {}) };
const limits = { retries: 2, backoffMs: 1, mostWaitMs: 1_000 };

describe('timed', () => {
  it('answers in time for a model that never does', async () => {
    expect(await timed(never, 20).ask(request)).toMatchObject({ fault: 'timeout' });
    expect(await timed(saying(good), 10_000).ask(request)).toEqual(good);
  });
});

describe('retrying', () => {
  it.each<ModelFault>(['unreachable', 'timeout', 'rate-limited', 'overloaded', 'cut-off'])(
    'asks again after %s',
    async (fault) => {
      const model = saying(bad(fault), good);
      expect(await retrying(model, limits).ask(request)).toEqual(good);
      expect(model.asked).toBe(2);
    },
  );

  it.each<ModelFault>(['unauthorised', 'rejected', 'malformed', 'over-budget', 'unrecorded'])(
    'does not ask again after %s',
    async (fault) => {
      const model = saying(bad(fault), good);
      expect(await retrying(model, limits).ask(request)).toMatchObject({ fault });
      expect(model.asked).toBe(1);
    },
  );

  it('gives up as often and as late as it may', async () => {
    const model = saying(bad('overloaded'));
    expect(await retrying(model, limits).ask(request)).toMatchObject({ fault: 'overloaded' });
    expect(model.asked).toBe(3);
    const later = saying(bad('rate-limited', { retryAfterMs: 1_001 }), good);
    expect(await retrying(later, limits).ask(request)).toMatchObject({ fault: 'rate-limited' });
    expect(later.asked).toBe(1);
  });

  it('comes no sooner than the server wants', async () => {
    const model = saying(bad('rate-limited', { retryAfterMs: 60 }), good);
    const begun = performance.now();
    expect(await retrying(model, limits).ask(request)).toEqual(good);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(55);
  });

  it('does not wait for who has gone', async () => {
    const model = saying(bad('rate-limited', { retryAfterMs: 900 }), good);
    expect(await retrying(model, limits).ask(request, AbortSignal.timeout(20))).toMatchObject({
      fault: 'rate-limited',
    });
    expect(model.asked).toBe(1);
  });
});

describe('recorded', () => {
  it('keeps it before it is told, and tells nothing that is not kept', async () => {
    const kept: ModelExchange[] = [];
    const log = { record: async (one: ModelExchange) => void kept.push(one) };
    expect(await recorded(saying(good), log, new SystemClock()).ask(request)).toEqual(good);
    expect(kept).toMatchObject([{ identity, request, reply: good }]);
    const full = { record: () => Promise.reject(new Error('no space left')) };
    expect(await recorded(saying(good), full, new SystemClock()).ask(request)).toEqual({
      kind: 'fault',
      fault: 'unrecorded',
      reason: 'the exchange could not be kept: no space left',
      usage,
    });
  });
});

describe('breaking', () => {
  const breakerLimits = { faults: 3, pauseMs: 100, longestPauseMs: 1_000 };
  const failing: readonly ModelFault[] = [
    'unreachable',
    'timeout',
    'overloaded',
    'malformed',
    'unauthorised',
  ];
  const neutral: readonly ModelFault[] = ['over-budget', 'unrecorded'];

  it('always closes again, whatever happened before and in whichever order', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 100, 1_000) }),
      fc.record({
        do: fc.constant('ask' as const),
        reply: fc.constantFrom(
          good,
          ...[...failing, ...neutral, 'rejected' as const].map((fault) => bad(fault)),
        ),
      }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(step, { minLength: 20, maxLength: 60 }),
        async (scheduler, steps) => {
          let now = 0;
          const breaker = new Breaker(breakerLimits, { monotonicMs: () => now });
          const under: Promise<unknown>[] = [];
          for (const one of steps) {
            if (one.do === 'wait') now += one.ms;
            else
              under.push(
                breaking(
                  { identity, ask: () => scheduler.schedule(Promise.resolve(one.reply)) },
                  breaker,
                ).ask(request),
              );
            if (scheduler.count() > 2) await scheduler.waitOne();
          }
          await scheduler.waitFor(Promise.all(under));
          now += breakerLimits.longestPauseMs;
          expect(await breaking(saying(good), breaker).ask(request)).toEqual(good);
          expect(await breaking(saying(good), breaker).ask(request)).toEqual(good);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('leaves a server alone that fails, and tries it one question at a time', async () => {
    let now = 0;
    const breaker = new Breaker(breakerLimits, { monotonicMs: () => now });
    const model = saying(bad('overloaded'));
    const asks = breaking(model, breaker);
    for (let count = 0; count < 10; count += 1) await asks.ask(request);
    expect(model.asked).toBe(3);
    expect(await asks.ask(request)).toMatchObject({
      fault: 'overloaded',
      reason: expect.stringContaining('not asked, after 3 faults in a row'),
      retryAfterMs: 100,
    });
    now += 100;
    const held = Promise.withResolvers<ModelReply>();
    const trial = breaking({ identity, ask: () => held.promise }, breaker).ask(request);
    expect(await asks.ask(request)).toMatchObject({ reason: expect.stringContaining('not asked') });
    held.resolve(bad('timeout'));
    await trial;
    now += 199;
    await asks.ask(request);
    expect(model.asked).toBe(3);
    now += 1;
    await asks.ask(request);
    expect(model.asked).toBe(4);
  });

  it('counts no question as a trial that began before', async () => {
    let now = 0;
    const breaker = new Breaker(breakerLimits, { monotonicMs: () => now });
    const early = Promise.withResolvers<ModelReply>();
    const before = breaking({ identity, ask: () => early.promise }, breaker).ask(request);
    const model = saying(bad('overloaded'));
    for (let count = 0; count < 3; count += 1) await breaking(model, breaker).ask(request);
    now += 100;
    const held = Promise.withResolvers<ModelReply>();
    const trial = breaking({ identity, ask: () => held.promise }, breaker).ask(request);
    early.resolve(bad('timeout'));
    await before;
    expect(await breaking(model, breaker).ask(request)).toMatchObject({ retryAfterMs: 0 });
    expect(model.asked).toBe(3);
    held.resolve(good);
    expect(await trial).toEqual(good);
    expect(await breaking(saying(good), breaker).ask(request)).toEqual(good);
  });

  it('tries again after a trial that was no question', async () => {
    let now = 0;
    const breaker = new Breaker({ ...breakerLimits, faults: 1 }, { monotonicMs: () => now });
    await breaking(saying(bad('overloaded')), breaker).ask(request);
    now += 100;
    expect(await breaking(saying(bad('over-budget')), breaker).ask(request)).toMatchObject({
      fault: 'over-budget',
    });
    expect(await breaking(saying(good), breaker).ask(request)).toEqual(good);
  });

  it('learns nothing of a server from whoever gave up, or threw', async () => {
    const breaker = new Breaker({ ...breakerLimits, faults: 1 }, { monotonicMs: () => 0 });
    await breaking(saying(bad('timeout')), breaker).ask(request, AbortSignal.abort());
    const thrower: Model = { identity, ask: () => Promise.reject(new TypeError('a bug')) };
    await expect(breaking(thrower, breaker).ask(request)).rejects.toThrow('a bug');
    expect(await breaking(saying(good), breaker).ask(request)).toEqual(good);
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
    const cut = bad('cut-off', { usage });
    const model = guarded(saying(cut, cut, good), {
      ...{ budgets, change: 'c', prices: undefined, timeoutMs: 1_000, clock, retry: limits },
      log: { record: async (one) => void kept.push(one) },
      breaker: new Breaker({ faults: 9, pauseMs: 1, longestPauseMs: 1 }, clock),
    });
    expect(await model.ask(request)).toMatchObject({ fault: 'over-budget' });
    expect(kept.map(({ reply }) => reply)).toEqual([cut, cut]);
    expect(pages.read('change c').filter((line) => 'spent' in line)).toHaveLength(2);
  });
});
