import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Crowd, randomFrom } from '../demo-statistics/crowd.ts';
import { demoWorld } from '../demo-statistics/setting.ts';
import { failingShare, usersOf } from './crowds.ts';
import { isHigher } from './mann-whitney.ts';
import { poisson } from './poisson.ts';
import { Stream } from './stream.ts';

/** Five standard errors: what is right is outside in one run of a million, and the seeds are fixed. */
const wide = 5;

describe('a Poisson number', () => {
  it.each([0.2, 3, 9.9, 10, 40, 2500])('has its mean and its variance, and is a count: %d', (mean) => {
    const random = randomFrom(11);
    const all = Array.from({ length: 20_000 }, () => poisson(random, mean));
    const middle = all.reduce((sum, one) => sum + one, 0) / all.length;
    const variance = all.reduce((sum, one) => sum + (one - middle) ** 2, 0) / all.length;
    expect(Math.abs(middle - mean)).toBeLessThan(wide * Math.sqrt(mean / all.length));
    expect(Math.abs(variance - mean)).toBeLessThan(wide * Math.sqrt((mean + 2 * mean ** 2) / all.length));
    expect(all.every((one) => Number.isSafeInteger(one) && one >= 0)).toBe(true);
  });

  it('has its tail, which a normal number has not', () => {
    const random = randomFrom(12);
    const beyond = Array.from({ length: 200_000 }, () => poisson(random, 30)).filter((one) => one >= 50);
    // 51.9 in 100,000, summed; of a normal number with the same variance, beyond 49.5, 18.5.
    expect(beyond.length / 2).toBeGreaterThan(35);
    expect(beyond.length / 2).toBeLessThan(70);
  });
});

describe('the traffic that the peers see', () => {
  it('fails as often as its crowd, and more by the fault, however it is cut into stretches', () => {
    const usual = failingShare(demoWorld.background, 7);
    const counts = (fails: number | undefined, seconds: number) => {
      const fault = fails === undefined ? undefined : { fails, arms: 'canary' as const };
      const stream = new Stream(7, fault, demoWorld);
      const sum = { requests: 0, failed: 0 };
      for (let at = 0; at < 4000; at += seconds) {
        const { canary } = stream.pass(seconds, 0.1);
        sum.requests += canary.requests;
        sum.failed += canary.failed;
      }
      return { ...sum, harmed: stream.usersHarmed };
    };
    for (const seconds of [1, 40, 1000]) {
      const [healthy, bad] = [counts(undefined, seconds), counts(0.2, seconds)];
      expect(healthy.requests / 200_000).toBeCloseTo(1, 1.5);
      expect(healthy.failed / healthy.requests).toBeCloseTo(usual, 2.7);
      expect(bad.failed / bad.requests).toBeCloseTo(0.2 + 0.8 * usual, 2);
      expect(healthy.harmed).toBe(0);
      expect(bad.harmed / usersOf(40_000)).toBeCloseTo(1, 1.5);
    }
  });

  it('comes from as many users as the crowd says', () => {
    const crowd = new Crowd(randomFrom(1));
    for (const requests of [2, 17, 333, 9000, 250_000])
      expect(usersOf(requests) / crowd.usersOf(requests)).toBeCloseTo(1, 2.5);
    expect([usersOf(0), usersOf(1)]).toEqual([0, 1]);
  });
});

describe('the Mann-Whitney judge', () => {
  const points = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 5, maxLength: 25 });

  it('says what the sorted differences say, also where it need not sort them', () => {
    fc.assert(
      fc.property(points, points, fc.integer({ min: 0, max: 3 }), (canary, baseline, shift) => {
        const moved = canary.map((one) => one + shift);
        expect(isHigher(moved, baseline)).toBe(isHigherBySorting(moved, baseline));
      }),
    );
  });

  it('tolerates an increase of the mean that is allowed', () => {
    const baseline = Array.from({ length: 50 }, (_, at) => 1 + (at % 5) / 100);
    const canary = baseline.map((one) => 1.5 * one);
    expect(isHigher(canary, baseline)).toBe(true);
    expect(isHigher(canary, baseline, 2)).toBe(false);
  });
});

function isHigherBySorting(canary: readonly number[], baseline: readonly number[]): boolean {
  const all = canary.flatMap((one) => baseline.map((other) => one - other)).toSorted((a, b) => a - b);
  const [n, m] = [canary.length, baseline.length];
  const rank = Math.max(
    0,
    Math.floor((n * m) / 2 - 2.3263478740408408 * Math.sqrt((n * m * (n + m + 1)) / 12)),
  );
  const [low, high] = [all[(all.length - 1) >> 1] ?? 0, all[all.length >> 1] ?? 0];
  return (all[rank] ?? 0) > 0.25 * Math.abs((low + high) / 2);
}
