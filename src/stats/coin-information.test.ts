import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { informationOfPair } from './coin-information.ts';
import { logEvidenceOfExcess } from './tilted-coin.ts';

describe('informationOfPair', () => {
  it('is a log of two where only the canary ever fails, and all of its users do', () => {
    expect(informationOfPair(1, 0)).toBeCloseTo(Math.LN2, 12);
  });

  it('is what the evidence of errors grows by, a pair of users in the mean', () => {
    const [canary, baseline, pairs] = [0.3, 0.02, 1_000_000];
    const tally = { weight: 0.5, canary: canary * pairs, baseline: baseline * pairs };
    expect(logEvidenceOfExcess([tally]) / pairs).toBeCloseTo(informationOfPair(canary, baseline), 3);
  });

  it('is nothing where the canary fails no more often', () => {
    expect(informationOfPair(0.1, 0.1)).toBe(0);
    expect(informationOfPair(0.1, 0.4)).toBe(0);
  });

  it('grows as the canary fails more, and falls as baseline does', () => {
    const share = fc.double({ min: 0.001, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, share, (one, other, third) => {
        const [low = 0, middle = 0, high = 0] = [one, other, third].toSorted((a, b) => a - b);
        expect(informationOfPair(high, low)).toBeGreaterThanOrEqual(informationOfPair(middle, low) - 1e-12);
        expect(informationOfPair(high, low)).toBeGreaterThanOrEqual(informationOfPair(high, middle) - 1e-12);
      }),
    );
  });

  it.each([0, -1, Number.NaN, 2.5])('refuses %s as a share of the canary', (share) => {
    expect(() => informationOfPair(share, 0)).toThrow(RangeError);
  });
});
