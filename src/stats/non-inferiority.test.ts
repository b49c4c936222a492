import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomial } from './binomial.ts';
import { logEvidenceBelowRatio, logEvidenceBelowShare, logEvidenceOfSafety } from './non-inferiority.ts';

const weights = fc.double({ min: 1e-4, max: 0.9999, noNaN: true });
const margins = fc.double({ min: 1.01, max: 100, noNaN: true });
const counts = fc.oneof(fc.nat(50), fc.nat(1_000_000_000));

describe('logEvidenceBelowRatio', () => {
  it('agrees with 60 digits of mpmath', () => {
    const log = (weight: number, margin: number, canary: number, baseline: number) =>
      logEvidenceBelowRatio({ weight, canary, baseline }, margin);
    expect(log(0.01, 20, 0, 30)).toBeCloseTo(5.00625270063288, 11);
    expect(log(0.1, 3, 4, 50)).toBeCloseTo(5.1540139414923924, 11);
    expect(log(0.5, 2, 40, 60)).toBeCloseTo(13.438505466425205, 11);
    expect(log(1e-4, 20, 0, 1e9)).toBeCloseTo(1975836.6216610125, 4);
    expect(log(0.9999, 2, 1e9, 0)).toBeCloseTo(-11560.72749860812, 4);
    expect(log(0.9999, 2, 1e6, 1e6)).toBeCloseTo(1039534.9316107678, 4);
  });

  it.each([
    [0.01, 20],
    [0.1, 3],
    [0.5, 2],
    [0.9999, 2],
  ])('has expectation exactly 1 at its margin and less beyond, weight %d, margin %d', (weight, margin) => {
    const mean = (times: number) => {
      const chance = (times * weight) / (1 - weight + times * weight);
      return binomial(14, chance).reduce(
        (sum, { hits, misses, share }) =>
          sum + share * Math.exp(logEvidenceBelowRatio({ weight, canary: hits, baseline: misses }, margin)),
        0,
      );
    };
    expect(mean(margin)).toBeCloseTo(1, 8);
    expect(mean(margin * 1.5)).toBeLessThan(1);
  });

  it('refuses a margin that excludes nothing', () => {
    const failing = { weight: 0.5, canary: 1, baseline: 1 };
    for (const margin of [1, 0.5, Number.NaN])
      expect(() => logEvidenceBelowRatio(failing, margin)).toThrow(RangeError);
  });
});

describe('logEvidenceBelowShare', () => {
  it('agrees with 60 digits of mpmath', () => {
    expect(logEvidenceBelowShare(0, 0, 0.05)).toBeCloseTo(0, 12);
    expect(logEvidenceBelowShare(100, 1, 0.05)).toBeCloseTo(2.026730646317594, 11);
    expect(logEvidenceBelowShare(1e9, 1e6, 0.05)).toBeCloseTo(46330476.64504697, 4);
    expect(logEvidenceBelowShare(1e9, 1e9, 0.05)).toBeCloseTo(-510825625.3754286, 4);
    expect(logEvidenceBelowShare(1e6, 3, 1e-4)).toBeCloseTo(84.70028851583875, 7);
  });

  it('has expectation exactly 1 at the ceiling and less above it', () => {
    const mean = (chance: number) =>
      binomial(20, chance).reduce(
        (sum, { hits, share }) => sum + share * Math.exp(logEvidenceBelowShare(20, hits, 0.05)),
        0,
      );
    expect(mean(0.05)).toBeCloseTo(1, 9);
    expect(mean(0.2)).toBeLessThan(1);
  });

  it('refuses more failures than units', () => {
    expect(() => logEvidenceBelowShare(3, 4, 0.05)).toThrow(RangeError);
  });
});

describe('logEvidenceOfSafety', () => {
  const inputs = fc
    .record({ weight: weights, margin: margins, canary: counts, healthy: counts, baseline: counts })
    .map(({ weight, margin, canary, healthy, baseline }) => ({
      failing: { weight, canary, baseline },
      canaryUnits: canary + healthy,
      margin,
      ceiling: 0.05,
    }));

  it('is finite for any counts', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        expect(Number.isFinite(logEvidenceOfSafety(input))).toBe(true);
      }),
    );
  });

  it('never rises when a unit of the canary fails, one more or one that had not', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const failing = { ...input.failing, canary: input.failing.canary + 1 };
        const before = logEvidenceOfSafety(input);
        const slack = 1e-9 * Math.abs(before) + 1e-9;
        const another = logEvidenceOfSafety({ ...input, failing, canaryUnits: input.canaryUnits + 1 });
        expect(another).toBeLessThanOrEqual(before + slack);
        if (input.canaryUnits > input.failing.canary)
          expect(logEvidenceOfSafety({ ...input, failing })).toBeLessThanOrEqual(before + slack);
      }),
    );
  });

  it('never falls when a unit of baseline fails', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const before = logEvidenceOfSafety(input);
        const failing = { ...input.failing, baseline: input.failing.baseline + 1 };
        expect(logEvidenceOfSafety({ ...input, failing })).toBeGreaterThanOrEqual(
          before - 1e-9 * Math.abs(before) - 1e-9,
        );
      }),
    );
  });

  it('is the average of its halves', () => {
    const failing = { weight: 0.01, canary: 1, baseline: 30 };
    const halves = [logEvidenceBelowRatio(failing, 20), logEvidenceBelowShare(90, 1, 0.05)].map(Math.exp);
    const log = logEvidenceOfSafety({ failing, canaryUnits: 90, margin: 20, ceiling: 0.05 });
    expect(Math.exp(log)).toBeCloseTo(((halves[0] ?? 0) + (halves[1] ?? 0)) / 2, 9);
  });
});
