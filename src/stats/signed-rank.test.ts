import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signedRank } from './signed-rank.ts';

/** All ways in which coins could have fallen for the same sizes. */
function signings(sizes: readonly number[]): readonly (readonly number[])[] {
  return Array.from({ length: 2 ** sizes.length }, (_, coins) =>
    sizes.map((size, at) => ((coins >> at) % 2 === 0 ? size : -size)),
  );
}

describe('the signed-rank test', () => {
  it('is the textbook one: all of seven pairs, or none, at one per cent', () => {
    expect(signedRank([1, 2, 3, 4, 5, 6], 0.01)).toBeUndefined();
    expect(signedRank([1, 2, 3, 4, 5, 6, 7], 0.01)).toEqual({ middle: 4, low: 1, high: 7 });
    // Of the 1,024 ways to sign ten ranks, 10 have a sum of 50 or more (Wilcoxon's table).
    const ranks = Array.from({ length: 10 }, (_, at) => at + 1);
    const low = (negative: readonly number[]) =>
      signedRank(
        ranks.map((rank) => (negative.includes(rank) ? -rank : rank)),
        0.01,
      )?.low ?? 0;
    expect(low([5])).toBeGreaterThan(0);
    expect(low([6])).toBeLessThan(0);
  });

  it('claims for no sizes more often than alpha, ties included: exact over all coins', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 7, maxLength: 9 });
    fc.assert(
      fc.property(sizes, fc.constantFrom(0.01, 0.05, 0.2), (each, alpha) => {
        const all = signings(each);
        const claims = all.filter((signed) => (signedRank(signed, alpha)?.low ?? 0) > 0);
        expect(claims.length / all.length).toBeLessThanOrEqual(alpha);
      }),
      { numRuns: 20 },
    );
  });

  it('moves with what it measures, and turns round with it', () => {
    const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 8, maxLength: 12 });
    fc.assert(
      fc.property(values, fc.integer({ min: -9, max: 9 }), (each, shift) => {
        const plain = signedRank(each, 0.05);
        const moved = signedRank(
          each.map((one) => one + shift),
          0.05,
        );
        const turned = signedRank(
          each.map((one) => -one),
          0.05,
        );
        expect(moved?.low).toBe((plain?.low ?? 0) + shift);
        expect((turned?.high ?? 0) + (plain?.low ?? 0)).toBe(0);
      }),
    );
  });

  it('throws at what is no number, instead of never finding anything', () => {
    expect(() => signedRank([1, Number.NaN, 3], 0.01)).toThrow(RangeError);
    expect(() => signedRank([1, 2], 1)).toThrow(RangeError);
  });
});
