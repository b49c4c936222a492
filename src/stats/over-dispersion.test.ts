import { describe, expect, it } from 'vitest';
import { seededRandom } from '../demo/traffic/random.ts';
import { type EqualArms, overDispersion } from './over-dispersion.ts';
import { logEvidenceOfExcess } from './tilted-coin.ts';

/** Each event comes `clump` times, all on one arm. */
function windowsOf(count: number, seed: number, clump: number): EqualArms[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const arms = { canary: 0, baseline: 0 };
    for (let event = 0; event < 20; event += 1) arms[random() < 0.1 ? 'canary' : 'baseline'] += clump;
    return { share: 0.1, ...arms };
  });
}

describe('overDispersion', () => {
  it('is about 1 for independent coins, and as large as the clumps otherwise, as an upper bound', () => {
    const found = (clump: number) => {
      const all = Array.from({ length: 60 }, (_, seed) => overDispersion(windowsOf(60, seed, clump)) ?? 0);
      return { below: all.filter((phi) => phi < clump).length / 60, mean: all.reduce((a, b) => a + b) / 60 };
    };
    for (const clump of [2, 5, 20]) {
      const { below, mean } = found(clump);
      expect(below).toBeLessThan(0.1);
      expect(mean).toBeLessThan(2.5 * clump);
    }
    expect(found(1).mean).toBeLessThan(2.5);
  });

  it('sees clumps that last for longer than a window', () => {
    const random = seededRandom(3);
    let isCanary = false;
    const windows = Array.from({ length: 128 }, (_, at) => {
      if (at % 8 === 0) isCanary = random() < 0.5;
      return { share: 0.5, canary: isCanary ? 6 : 4, baseline: isCanary ? 4 : 6 };
    });
    // The same windows in another order, in which no arm is worse for long: 6 of 10 is nothing odd.
    const [worse, better] = [
      windows.filter(({ canary }) => canary === 6),
      windows.filter(({ canary }) => canary === 4),
    ];
    const pairs = Math.min(worse.length, better.length);
    expect(pairs).toBeGreaterThan(30);
    const inTurns = worse.slice(0, pairs).flatMap((window, at) => [window, better[at] ?? window]);
    expect(overDispersion(windows) ?? 0).toBeGreaterThan(1.5);
    expect(overDispersion(inTurns)).toBe(1);
  });

  it('tells nothing of too few windows, or of windows without an event', () => {
    expect(overDispersion(windowsOf(29, 1, 1))).toBeUndefined();
    expect(
      overDispersion(Array.from({ length: 99 }, () => ({ share: 0.1, canary: 0, baseline: 0 }))),
    ).toBeUndefined();
    expect(overDispersion(windowsOf(30, 1, 1))).toBeGreaterThanOrEqual(1);
  });

  it('keeps a threshold that it widens at alpha, where counting alone does not', () => {
    const alpha = 0.05;
    const alarms = (isWidened: boolean) => {
      let count = 0;
      for (let run = 0; run < 300; run += 1) {
        const phi = overDispersion(windowsOf(40, 1000 + run, 6)) ?? Number.POSITIVE_INFINITY;
        const bar = Math.log(1 / alpha) * (isWidened ? phi : 1);
        const seen: { weight: number; canary: number; baseline: number }[] = [];
        const isAlarm = windowsOf(60, 9000 + run, 6).some(({ share, canary, baseline }) => {
          seen.push({ weight: share, canary, baseline });
          return logEvidenceOfExcess(seen) >= bar;
        });
        if (isAlarm) count += 1;
      }
      return count / 300;
    };
    expect(alarms(false)).toBeGreaterThan(0.3);
    expect(alarms(true)).toBeLessThanOrEqual(alpha);
  });

  it('refuses what makes no sense', () => {
    expect(() => overDispersion([{ share: 0, canary: 1, baseline: 1 }])).toThrow(RangeError);
    expect(() => overDispersion([{ share: 0.5, canary: -1, baseline: 1 }])).toThrow(RangeError);
  });
});
