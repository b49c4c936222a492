import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelFault, ModelReply } from '../../../domain/model.ts';
import type { Model } from '../../../ports/model.ts';
import { covers } from '../../../testing/covers.ts';
import {
  badReply,
  goodReply,
  sayingModel,
  shortRequest,
  testIdentity,
} from '../../../testing/saying-model.ts';
import { Breaker, breaking } from './breaking.ts';

describe('breaking', () => {
  covers('ASI08');
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
          goodReply,
          ...[...failing, ...neutral, 'rejected' as const].map((fault) => badReply(fault)),
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
                  { identity: testIdentity, ask: () => scheduler.schedule(Promise.resolve(one.reply)) },
                  breaker,
                ).ask(shortRequest),
              );
            if (scheduler.count() > 2) await scheduler.waitOne();
          }
          await scheduler.waitFor(Promise.all(under));
          now += breakerLimits.longestPauseMs;
          expect(await breaking(sayingModel(goodReply), breaker).ask(shortRequest)).toEqual(goodReply);
          expect(await breaking(sayingModel(goodReply), breaker).ask(shortRequest)).toEqual(goodReply);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('leaves a server alone that fails, and tries it one question at a time', async () => {
    let now = 0;
    const breaker = new Breaker(breakerLimits, { monotonicMs: () => now });
    const model = sayingModel(badReply('overloaded'));
    const asks = breaking(model, breaker);
    for (let count = 0; count < 10; count += 1) await asks.ask(shortRequest);
    expect(model.asked).toBe(3);
    expect(await asks.ask(shortRequest)).toMatchObject({
      fault: 'overloaded',
      reason: expect.stringContaining('not asked, after 3 faults in a row'),
      retryAfterMs: 100,
    });
    now += 100;
    const held = Promise.withResolvers<ModelReply>();
    const trial = breaking({ identity: testIdentity, ask: () => held.promise }, breaker).ask(shortRequest);
    expect(await asks.ask(shortRequest)).toMatchObject({ reason: expect.stringContaining('not asked') });
    held.resolve(badReply('timeout'));
    await trial;
    now += 199;
    await asks.ask(shortRequest);
    expect(model.asked).toBe(3);
    now += 1;
    await asks.ask(shortRequest);
    expect(model.asked).toBe(4);
  });

  it('counts no question as a trial that began before', async () => {
    let now = 0;
    const breaker = new Breaker(breakerLimits, { monotonicMs: () => now });
    const early = Promise.withResolvers<ModelReply>();
    const before = breaking({ identity: testIdentity, ask: () => early.promise }, breaker).ask(shortRequest);
    const model = sayingModel(badReply('overloaded'));
    for (let count = 0; count < 3; count += 1) await breaking(model, breaker).ask(shortRequest);
    now += 100;
    const held = Promise.withResolvers<ModelReply>();
    const trial = breaking({ identity: testIdentity, ask: () => held.promise }, breaker).ask(shortRequest);
    early.resolve(badReply('timeout'));
    await before;
    expect(await breaking(model, breaker).ask(shortRequest)).toMatchObject({ retryAfterMs: 0 });
    expect(model.asked).toBe(3);
    held.resolve(goodReply);
    expect(await trial).toEqual(goodReply);
    expect(await breaking(sayingModel(goodReply), breaker).ask(shortRequest)).toEqual(goodReply);
  });

  it('tries again after a trial that was no question', async () => {
    let now = 0;
    const breaker = new Breaker({ ...breakerLimits, faults: 1 }, { monotonicMs: () => now });
    await breaking(sayingModel(badReply('overloaded')), breaker).ask(shortRequest);
    now += 100;
    expect(await breaking(sayingModel(badReply('over-budget')), breaker).ask(shortRequest)).toMatchObject({
      fault: 'over-budget',
    });
    expect(await breaking(sayingModel(goodReply), breaker).ask(shortRequest)).toEqual(goodReply);
  });

  it('learns nothing of a server from whoever gave up, or threw', async () => {
    const breaker = new Breaker({ ...breakerLimits, faults: 1 }, { monotonicMs: () => 0 });
    await breaking(sayingModel(badReply('timeout')), breaker).ask(shortRequest, AbortSignal.abort());
    const thrower: Model = { identity: testIdentity, ask: () => Promise.reject(new TypeError('a bug')) };
    await expect(breaking(thrower, breaker).ask(shortRequest)).rejects.toThrow('a bug');
    expect(await breaking(sayingModel(goodReply), breaker).ask(shortRequest)).toEqual(goodReply);
  });
});
