import { describe, expect, it } from 'vitest';
import { randomFrom } from '../demo-statistics/crowd.ts';
import { limitOf, tenTimes } from './limit.ts';
import { limitOfWaits } from './limit-waits.ts';
import { atMost, mostShownToBe } from './proportion.ts';
import { grid, tuned } from './tune.ts';
import { noTail } from './waits.ts';

/** Each request fails with one of two known chances, and harms somebody else where it fails. */
function coins(usual: number, worse: number) {
  const telling = (seed: number) => {
    const random = randomFrom(seed);
    const ask = () => {
      const fails = random() < worse;
      const logRatio = fails ? Math.log(worse / usual) : Math.log((1 - worse) / (1 - usual));
      return { logRatio, harmed: fails ? {} : undefined };
    };
    return { rate: 1, since: 0, random, ask };
  };
  return [{ label: {}, telling }];
}

describe('the fewest users whom any rule can harm', () => {
  it.each([
    [0.01, 0.05],
    [0.05, 0.1],
    [0.1, 0.5],
  ])('is no fewer than Wald says, and little more: %d against %d', (usual, worse) => {
    const alpha = 0.001;
    const { usersHarmed, atLeast } = limitOf(coins(usual, worse), { alpha, runs: 1500 });
    const each = worse * Math.log(worse / usual) + (1 - worse) * Math.log((1 - worse) / (1 - usual));
    const wald = (worse * Math.log(1 / alpha)) / each;
    expect(atLeast / wald).toBeCloseTo(1, 1);
    // One failure more than that is the most that the last one can be in excess.
    expect(usersHarmed).toBeGreaterThan(0.93 * wald);
    expect(usersHarmed).toBeLessThan(wald + 1.2);
  });

  it.each([
    [2, 1],
    [2, 1.1],
    [1.5, 1],
  ])(
    'is what two log-normal waits differ by, of coins: %d times, of which %d is tolerated',
    (times, tolerate) => {
      const world = () => ({ middle: 0.08, incidentsPerHour: 0 });
      const fault = { times, tail: noTail };
      const { atLeast } = limitOfWaits(
        { world, weight: 0.01, by: { knows: 'coins', tolerate } },
        [{ label: {}, fault }],
        { alpha: 0.001, runs: 300 },
      );
      // Of users of baseline there are so many that they tell for certain how long they wait.
      const each = (Math.log(times / tolerate) / 0.6) ** 2 / 2;
      expect(atLeast / (Math.log(1000) / each)).toBeCloseTo(1, 0.7);
    },
  );

  it('says whether ten times fewer than the best is possible', () => {
    const peers = [{ usersHarmed: 60 }, { usersHarmed: 40 }];
    expect(tenTimes({ atLeast: 3.9 }, peers)).toEqual({ tenTimesFewer: 4, tenTimesPossible: true });
    expect(tenTimes({ atLeast: 4.1 }, peers)).toEqual({ tenTimesFewer: 4, tenTimesPossible: false });
  });
});

describe('a share that is shown to be small', () => {
  it('needs none of 3,000, or 12 of 20,000, to be at most one in 1,000', () => {
    expect(mostShownToBe(0.001, 3000)).toBe(0);
    expect(mostShownToBe(0.001, 20_000)).toBe(12);
    expect(mostShownToBe(0.001, 2000)).toBe(-1);
  });

  it('has the bound of Clopper and Pearson', () => {
    expect(atMost(0, 3000)).toBeCloseTo(1 - 0.05 ** (1 / 3000), 6);
    // qbeta(0.95, 11, 90): of 10 in 100.
    expect(atMost(10, 100)).toBeCloseTo(0.1637, 3);
    expect(atMost(100, 100)).toBe(1);
    expect(atMost(9400, 20_000)).toBeCloseTo(0.4758, 3);
  });
});

describe('tuning', () => {
  const settings = grid<{ least: number; harms: number }>({ least: [0, 0.0005, 0.002], harms: [5, 3, 9] });
  const rule =
    ({ least, harms }: { least: number; harms: number }) =>
    (seed: number, fault: true | undefined) => ({
      word: fault === undefined && randomFrom(seed)() < least ? ('rollback' as const) : ('promote' as const),
      seconds: 60,
      secondsOfFault: undefined,
      // Who harms fewer rolls back more of the healthy.
      usersHarmed: harms - 1000 * least,
    });
  const trials = { healthy: 20_000, runs: 4, faults: [{ label: {}, fault: true as const }] };

  it('takes the setting that harms the fewest of those that are shown to keep alpha, and tells of it by other seeds', () => {
    const asked = { alpha: 0.001, tuning: { ...trials, seed: 1 }, trials: { ...trials, seed: 1_000_000 } };
    const best = tuned(rule, settings, asked);
    expect(best?.settings).toEqual({ least: 0.0005, harms: 3 });
    expect(best?.falseRollbacks.of).toBe(20_000);
    expect(best?.falseRollbacks.found).toBeGreaterThan(0);
  });

  it('finds none where none keeps it', () => {
    const asked = { alpha: 0.0001, tuning: { ...trials, seed: 1 }, trials: { ...trials, seed: 1_000_000 } };
    expect(
      tuned(
        rule,
        settings.filter(({ least }) => least > 0),
        asked,
      ),
    ).toBeNull();
  });
});
