import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StageContext, StageOutcome } from '../domain/stage.ts';
import { StageBench } from '../testing/stage-bench.ts';

type Run = (ctx: StageContext) => Promise<StageOutcome<unknown>>;
const held = (code: string): StageOutcome<never> => ({
  kind: 'stop',
  conclusion: { outcome: 'held', code, reasons: ['because'] },
});

describe('any pipeline', () => {
  /** What each stage does, by name, round and leg: effects, then some calls that only note, then its answer. */
  const plan = fc.record({
    effects: fc.nat(2),
    looks: fc.nat(2),
    races: fc.nat(2),
    /** Services that get it after the first one. */
    more: fc.nat(1),
    stopIn: fc.constantFrom('judge', 'merge', 'rollout', 'none'),
  });
  type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;

  /** Deterministic in what the journal says, as a stage has to be. */
  const stageOf =
    (wanted: Plan, acted: Map<string, number>): Run =>
    async (ctx) => {
      const place = Object.keys(ctx.results).length;
      for (let effect = 0; effect < wanted.effects; effect += 1) {
        const key = `${ctx.round}/${ctx.legs.length}/${ctx.conclusion === undefined ? place : 'end'}/${effect}`;
        const receipt = await ctx.effect(`e${effect}`, { key }, async () => {
          acted.set(key, (acted.get(key) ?? 0) + 1);
          return key;
        });
        expect(receipt).toBe(key);
      }
      const looks = Number(ctx.recall('look')?.count ?? 0);
      if (looks < wanted.looks) {
        await ctx.note('look', { count: looks + 1 });
        return { kind: 'again', at: new Date(ctx.now.getTime() + 50) };
      }
      if (ctx.conclusion !== undefined) return { kind: 'stop', conclusion: ctx.conclusion };
      if (place === 4 && ctx.round < wanted.races) return { kind: 'raced', reason: 'moved' };
      const stops = ['', '', 'judge', '', 'merge', '', 'rollout'][place] === wanted.stopIn;
      if (stops && ctx.legs.length === (place === 6 ? wanted.more : 0)) return held(`test.${wanted.stopIn}`);
      const rest = Array.from({ length: wanted.more - ctx.legs.length }, () => ({}));
      return { kind: 'done', data: { outcome: 'landed', place, deploys: true, rest } };
    };

  const endOf = async (of: StageBench) => {
    const { results, round, legs, conclusion, effects, stage } = await of.state();
    const carried = legs.map(({ release, rollout }) => ({ release, rollout }));
    return { results, round, legs: carried, conclusion, effects, stage };
  };

  it('ends the same from any prefix of its journal as in one go, and no receipt acts again', async () => {
    await fc.assert(
      fc.asyncProperty(plan, fc.nat(), async (wanted, at) => {
        const [straight, resumed] = [new Map<string, number>(), new Map<string, number>()];
        const whole = await StageBench.open();
        const entries = await whole.drive(stageOf(wanted, straight)).then(() => whole.entries());
        const prefix = entries.slice(0, 1 + (at % entries.length));
        const rest = await StageBench.resume(prefix);
        try {
          await rest.drive(stageOf(wanted, resumed));
          expect(await endOf(rest)).toEqual(await endOf(whole));
          expect(new Set(straight.values())).toEqual(new Set(wanted.effects === 0 ? [] : [1]));
          const receipts = prefix
            .filter(({ type }) => type === 'effect.done')
            .map(({ data }) => data.receipt);
          expect(new Set(resumed.keys())).toEqual(
            new Set([...straight.keys()].filter((key) => !receipts.includes(key))),
          );
        } finally {
          rest.close();
          whole.close();
        }
      }),
      { numRuns: 20 },
    );
  });

  it('ends the same however often it is killed; only what has no receipt yet acts twice', async () => {
    await fc.assert(
      fc.asyncProperty(plan, fc.array(fc.nat(12), { maxLength: 6 }), async (wanted, deaths) => {
        const [straight, killed] = [new Map<string, number>(), new Map<string, number>()];
        const [whole, mortal] = [await StageBench.open(), await StageBench.open()];
        try {
          await whole.drive(stageOf(wanted, straight));
          let lost = 0;
          for (const after of deaths) {
            if ((await mortal.state()).stage === null) break;
            let written = 0;
            mortal.dieBefore(({ type }) => {
              const dies = written++ === after;
              if (dies && type === 'effect.done') lost += 1;
              return dies;
            });
            for (let calls = 0; calls < 3 && (await mortal.state()).stage !== null; calls += 1)
              await mortal.call({ actor: 'test', run: stageOf(wanted, killed) });
          }
          mortal.dieBefore(() => false);
          await mortal.drive(stageOf(wanted, killed));
          expect(await endOf(mortal)).toEqual(await endOf(whole));
          const twice = [...killed.values()].reduce((sum, times) => sum + times - 1, 0);
          expect(twice).toBe(lost);
        } finally {
          whole.close();
          mortal.close();
        }
      }),
      { numRuns: 20 },
    );
  });
});
