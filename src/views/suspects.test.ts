import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../domain/journal.ts';
import { onsetIn, type Raise, raisesIn, rankSuspects } from './suspects.ts';

const onset = '2026-01-02T12:00:00.000Z';
const before = (seconds: number) => new Date(Date.parse(onset) - 1000 * seconds).toISOString();
const raise = (change: string | null, share: number, seconds: number): Raise => ({
  change,
  share,
  at: before(seconds),
});

describe('rankSuspects', () => {
  it('blames what was raised just before, and what was given to everybody the more', () => {
    const { suspects, unexplained } = rankSuspects(onset, [raise('a', 0.5, 960), raise('b', 0.01, 20)]);
    expect(suspects.map(({ change }) => change)).toEqual(['b', 'a']);
    expect(rankSuspects(onset, [raise('a', 0.5, 60), raise('b', 0.01, 20)]).suspects[0]?.change).toBe('a');
    expect(unexplained).toBeLessThan(0.5);
  });

  it('blames nobody where nothing was raised, or only afterwards or long ago', () => {
    for (const raises of [[], [raise('a', 1, -1)], [raise('a', 1, 100_000)]])
      expect(rankSuspects(onset, raises)).toEqual({ suspects: [], unexplained: 1 });
  });

  it('adds the raises of one change up, and shows the one that counts most', () => {
    const raises = [raise('a', 0.01, 400), raise('a', 0.1, 200), raise('a', 0.4, 15)];
    const { suspects } = rankSuspects(onset, raises);
    expect(suspects).toMatchObject([{ change: 'a', share: 0.4, secondsBefore: 15 }]);
  });

  it('shares all blame out, and never blames a larger raise less', () => {
    const raises = fc.array(
      fc.record({
        change: fc.constantFrom('a', 'b', null),
        share: fc.double({ min: 0.001, max: 1, noNaN: true }),
        seconds: fc.integer({ min: 0, max: 86_400 }),
      }),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(raises, (all) => {
        const made = all.map(({ change, share, seconds }) => raise(change, share, seconds));
        const blameOf = (list: readonly Raise[], change: string | null) =>
          rankSuspects(onset, list).suspects.find((one) => one.change === change)?.blame ?? 0;
        const { suspects, unexplained } = rankSuspects(onset, made);
        expect(suspects.reduce((sum, { blame }) => sum + blame, unexplained)).toBeCloseTo(1, 9);
        const [first, ...rest] = made;
        if (first === undefined) return;
        const larger = [{ ...first, share: 2 * first.share }, ...rest];
        expect(blameOf(larger, first.change)).toBeGreaterThanOrEqual(blameOf(made, first.change));
      }),
    );
  });
});

const entry = (type: string, seconds: number, data: Entry['data'], change?: string): Entry => ({
  index: 0,
  at: before(seconds),
  type,
  actor: 'deployer',
  data,
  ...(change === undefined ? {} : { change }),
});

it('reads who was given what from the journal', () => {
  const intended = (step: string, intent: object, seconds: number, change: string) =>
    entry('effect.intended', seconds, { step, intent: intent as Entry['data'] }, change);
  const raises = raisesIn(
    [
      entry('service.stable', 90_000, {}),
      intended('expose-n-0', { weight: 0.01 }, 300, 'a'),
      intended('expose-n-1', { weight: 0.5 }, 200, 'a'),
      intended('promote-n', { service: 'shop' }, 100, 'a'),
      intended('try-m', { weight: 0.5 }, 97, 'a'),
      intended('clear-m', { service: 'shop' }, 95, 'a'),
      intended('stop-others', { keep: [] }, 90, 'a'),
      entry('service.stable', 50, {}),
    ],
    onset,
  );
  expect(raises).toEqual([
    raise('a', 0.01, 300),
    raise('a', 0.49, 200),
    raise('a', 0.5, 100),
    raise('a', 0.5, 95),
    raise(null, 1, 50),
  ]);
});

it('knows when harm began only of endings that blame nobody, or by time alone', () => {
  const ending = (code: string) => entry('stage.noted', 0, { note: 'rollout.ending', data: { code } });
  expect(onsetIn([ending('rollout.watch')])).toBe(before(10));
  expect(onsetIn([ending('rollout.server-errors')])).toBeUndefined();
  expect(onsetIn([])).toBeUndefined();
});

it('takes harm for begun before the trial that did not find out whose it was', () => {
  const noted = (note: string, seconds: number, data: Entry['data']) =>
    entry('stage.noted', seconds, { note, data });
  const ending = noted('rollout.ending', 0, { code: 'rollout.watch' });
  const opened = noted('rollout.trial', 100, { kind: 'opened', at: before(100) });
  expect(onsetIn([opened, ending])).toBe(before(110));
  expect(onsetIn([opened, noted('rollout.trial', 60, { kind: 'cleared', at: before(60) }), ending])).toBe(
    before(10),
  );
  expect(onsetIn([opened, noted('rollout.look', 1, { decision: 'take-back' }), ending])).toBe(before(110));
  expect(onsetIn([opened, noted('rollout.look', 1, { decision: 'rollback' }), ending])).toBeUndefined();
});
