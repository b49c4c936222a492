import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomial } from './binomial.ts';
import { chanceBounds, logEvidenceAboveChance, logEvidenceBelowChance, type Trials } from './chance-bound.ts';

const enough = Math.log(20);

/** Chance that a process of trials with this chance ever reaches the evidence within n trials: exact, by dynamic programming. */
function everReaches(logEvidence: (trials: Trials) => number, chance: number, n: number): number {
  let alive = new Map([[0, 1]]);
  let reached = 0;
  for (let trial = 1; trial <= n; trial++) {
    const next = new Map<number, number>();
    for (const [hits, share] of alive) {
      for (const [more, part] of [
        [1, chance],
        [0, 1 - chance],
      ] as const) {
        const now = hits + more;
        if (logEvidence({ hits: now, misses: trial - now }) >= enough) reached += share * part;
        else next.set(now, (next.get(now) ?? 0) + share * part);
      }
    }
    alive = next;
  }
  return reached;
}

describe('evidence about a chance', () => {
  it('takes 64 trials without a hit to speak against 5 %, where 59 would do for a sample of a size that was fixed before', () => {
    expect(0.95 ** 59).toBeLessThan(0.05);
    expect(0.95 ** 58).toBeGreaterThan(0.05);
    expect(logEvidenceBelowChance({ hits: 0, misses: 63 }, 0.05)).toBeLessThan(enough);
    expect(logEvidenceBelowChance({ hits: 0, misses: 64 }, 0.05)).toBeGreaterThan(enough);
  });

  it('errs no more often than it may, however often one looks', () => {
    for (const chance of [0.05, 0.08, 0.2])
      expect(everReaches((trials) => logEvidenceBelowChance(trials, 0.05), chance, 400)).toBeLessThan(0.05);
    for (const chance of [0.05, 0.02])
      expect(everReaches((trials) => logEvidenceAboveChance(trials, 0.05), chance, 400)).toBeLessThan(0.05);
  });

  it('finds what is there', () => {
    expect(everReaches((trials) => logEvidenceBelowChance(trials, 0.05), 0.005, 200)).toBeGreaterThan(0.8);
    expect(everReaches((trials) => logEvidenceAboveChance(trials, 0.05), 0.3, 40)).toBeGreaterThan(0.9);
  });

  it.each([logEvidenceBelowChance, logEvidenceAboveChance])(
    'is an e-value at the bound, exactly',
    (evidence) => {
      for (const n of [1, 10, 60]) {
        const mean = binomial(n, 0.05).reduce(
          (sum, { hits, misses, share }) => sum + share * Math.exp(evidence({ hits, misses }, 0.05)),
          0,
        );
        expect(mean).toBeCloseTo(1, 9);
      }
    },
  );

  it('knows nothing before the first trial', () => {
    expect(chanceBounds({ hits: 0, misses: 0 }, 0.05)).toEqual({ lower: 0, upper: 1 });
  });

  it('puts the observed share between its bounds, which widen with certainty and move with what happens', () => {
    const trials = fc.record({ hits: fc.nat(60), misses: fc.nat(300) });
    fc.assert(
      fc.property(trials, (seen) => {
        const { lower, upper } = chanceBounds(seen, 0.05);
        const wider = chanceBounds(seen, 0.01);
        const all = seen.hits + seen.misses;
        if (all > 0) {
          expect(lower).toBeLessThanOrEqual(seen.hits / all);
          expect(upper).toBeGreaterThanOrEqual(seen.hits / all);
        }
        expect(wider.lower).toBeLessThanOrEqual(lower);
        expect(wider.upper).toBeGreaterThanOrEqual(upper);
        const worse = chanceBounds({ ...seen, hits: seen.hits + 1 }, 0.05);
        expect(worse.upper).toBeGreaterThanOrEqual(upper);
        expect(worse.lower).toBeGreaterThanOrEqual(lower);
      }),
    );
  });

  it('agrees with the evidence: the upper bound passes the ceiling when it speaks against it', () => {
    expect(chanceBounds({ hits: 0, misses: 63 }, 0.05).upper).toBeGreaterThan(0.05);
    expect(chanceBounds({ hits: 0, misses: 64 }, 0.05).upper).toBeLessThanOrEqual(0.05);
  });

  it('takes no trials that cannot be', () => {
    expect(() => logEvidenceBelowChance({ hits: -1, misses: 0 }, 0.05)).toThrow(RangeError);
    expect(() => logEvidenceAboveChance({ hits: 1, misses: Number.NaN }, 0.05)).toThrow(RangeError);
    expect(() => chanceBounds({ hits: 1, misses: 1 }, 0)).toThrow(RangeError);
  });
});
