import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomial } from './binomial.ts';
import { logEvidenceOfMismatch } from './ratio-mismatch.ts';

describe('logEvidenceOfMismatch', () => {
  it('stops where savvi stops in its Poisson example: n = 210, p = 0.045579631759249686', () => {
    const p = (baseline: number, canary: number) =>
      Math.exp(-logEvidenceOfMismatch({ weight: 0.2, canary, baseline }, 100));
    expect(p(148, 62)).toBeCloseTo(0.045579631759249686, 10);
    expect(p(148, 61)).toBeGreaterThan(0.05);
  });

  it('agrees with 60 digits of mpmath', () => {
    const log = (weight: number, canary: number, baseline: number) =>
      logEvidenceOfMismatch({ weight, canary, baseline });
    expect(log(0.01, 5, 1000)).toBeCloseTo(0.4322365906423678, 10);
    expect(logEvidenceOfMismatch({ weight: 0.5, canary: 1e9, baseline: 1e9 }, 100)).toBeCloseTo(
      -8.408121398972463,
      3,
    );
    expect(log(1e-4, 0, 1e6)).toBeCloseTo(95.38978080161624, 6);
    expect(log(1e-4, 1e9, 1e9) / 7824139084.52).toBeCloseTo(1, 10);
    expect(log(0.9999, 0, 1e9) / 9210215259.7).toBeCloseTo(1, 10);
  });

  it('is finite for any counts, and the same from the other side', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-4, max: 0.9999, noNaN: true }),
        fc.nat(1e9),
        fc.nat(1e9),
        (weight, canary, baseline) => {
          const log = logEvidenceOfMismatch({ weight, canary, baseline });
          expect(Number.isFinite(log)).toBe(true);
          const other = logEvidenceOfMismatch({ weight: 1 - weight, canary: baseline, baseline: canary });
          expect(Math.abs(other - log)).toBeLessThan(1e-4 + 1e-9 * Math.abs(log));
        },
      ),
    );
  });

  it.each([0.01, 0.3, 0.5, 0.99])('has expectation exactly 1 under its coin, weight %d', (weight) => {
    const mean = binomial(15, weight).reduce(
      (sum, { hits, misses, share }) =>
        sum + share * Math.exp(logEvidenceOfMismatch({ weight, canary: hits, baseline: misses })),
      0,
    );
    expect(mean).toBeCloseTo(1, 9);
  });

  it('finds too many and too few', () => {
    const needed = Math.log(3000);
    expect(logEvidenceOfMismatch({ weight: 0.01, canary: 60, baseline: 1940 })).toBeGreaterThan(needed);
    expect(logEvidenceOfMismatch({ weight: 0.01, canary: 0, baseline: 2000 })).toBeGreaterThan(needed);
    expect(logEvidenceOfMismatch({ weight: 0.01, canary: 20, baseline: 1980 })).toBeLessThan(0);
  });

  it('refuses what is no count or share', () => {
    expect(() => logEvidenceOfMismatch({ weight: 1, canary: 1, baseline: 1 })).toThrow(RangeError);
    expect(() => logEvidenceOfMismatch({ weight: 0.5, canary: Number.NaN, baseline: 1 })).toThrow(RangeError);
  });
});
