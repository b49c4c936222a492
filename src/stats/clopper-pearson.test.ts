import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomial } from './binomial.ts';
import { clopperPearson } from './clopper-pearson.ts';

describe("Clopper and Pearson's interval", () => {
  it('is that of the published tables', () => {
    // The rule of three's exact form: 1 - 0.025^(1/n) for no hits.
    expect(clopperPearson(0, 10).high).toBeCloseTo(1 - 0.025 ** 0.1, 9);
    expect(clopperPearson(0, 10).low).toBe(0);
    // Clopper and Pearson (1934), table for 0.95: 3 of 10.
    expect(clopperPearson(3, 10).low).toBeCloseTo(0.0667, 4);
    expect(clopperPearson(3, 10).high).toBeCloseTo(0.6525, 4);
    expect(clopperPearson(50, 100).low).toBeCloseTo(0.3983, 4);
  });

  it('knows nothing of nothing', () => {
    expect(clopperPearson(0, 0)).toEqual({ low: 0, high: 1 });
    expect(() => clopperPearson(3, 2)).toThrow(RangeError);
    expect(() => clopperPearson(0.5, 2)).toThrow(RangeError);
  });

  it('holds the true share at least as often as it says', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 25 }), fc.integer({ min: 1, max: 99 }), (n, hundredths) => {
        const chance = hundredths / 100;
        const covered = binomial(n, chance).reduce((sum, { hits, share }) => {
          const { low, high } = clopperPearson(hits, n);
          return low <= chance && chance <= high ? sum + share : sum;
        }, 0);
        expect(covered).toBeGreaterThanOrEqual(0.95 - 1e-9);
      }),
      { numRuns: 25 },
    );
  });

  it('is turned around with what counts as a hit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.nat(), (n, seed) => {
        const hits = seed % (n + 1);
        const [one, other] = [clopperPearson(hits, n), clopperPearson(n - hits, n)];
        expect(one.low).toBeCloseTo(1 - other.high, 9);
        expect(one.low).toBeLessThanOrEqual(hits / n);
        expect(one.high).toBeGreaterThanOrEqual(hits / n);
      }),
      { numRuns: 20 },
    );
  });
});
