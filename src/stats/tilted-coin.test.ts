import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomial } from './binomial.ts';
import { type CoinTally, logEvidenceOfExcess, logEvidenceOfShortfall } from './tilted-coin.ts';

const weights = fc.double({ min: 1e-4, max: 0.9999, noNaN: true });
const counts = fc.oneof(fc.nat(50), fc.nat(1_000_000_000));
const tallies = fc.array(fc.record({ weight: weights, canary: counts, baseline: counts }), { maxLength: 5 });
const tests = [logEvidenceOfExcess, logEvidenceOfShortfall] as const;

/** The product over the sums, as its definition reads. */
function naive(steps: readonly CoinTally[]): number {
  let sum = 0;
  for (let j = 0; j < 60; j++) {
    const odds = 1.1 * (50 / 1.1) ** (j / 59);
    let product = 1;
    for (const { weight, canary, baseline } of steps)
      product *= (odds ** canary / (1 - weight + weight * odds) ** (canary + baseline)) as number;
    sum += product / 60;
  }
  return Math.log(sum);
}

describe('logEvidenceOfExcess', () => {
  it('is nothing for nothing', () => {
    expect(logEvidenceOfExcess([])).toBeCloseTo(0, 12);
    expect(logEvidenceOfExcess([{ weight: 0.01, canary: 0, baseline: 0 }])).toBeCloseTo(0, 12);
  });

  it('agrees with 60 digits of mpmath', () => {
    const tally = (weight: number, canary: number, baseline: number) => ({ weight, canary, baseline });
    const first = tally(0.01, 3, 40);
    expect(logEvidenceOfExcess([first])).toBeCloseTo(2.404149936519324, 12);
    const ramp = [first, tally(0.1, 9, 33), tally(0.5, 70, 51)];
    expect(logEvidenceOfExcess(ramp)).toBeCloseTo(1.8783981478742668, 11);
    expect(logEvidenceOfExcess([tally(1e-4, 0, 1e9)])).toBeCloseTo(-10004.044344895554, 5);
    expect(logEvidenceOfExcess([tally(0.9999, 1e9, 0)])).toBeCloseTo(98000.70796919151, 5);
    expect(logEvidenceOfExcess([tally(0.5, 1e9, 1e9)])).toBeCloseTo(-2270152.6288837083, 5);
    expect(logEvidenceOfExcess([tally(1e-4, 1e6, 1e9)])).toBeCloseTo(1402056.5240486178, 5);
  });

  it('agrees with the naive product where that does not overflow', () => {
    const small = fc.record({
      weight: fc.double({ min: 0.01, max: 0.9, noNaN: true }),
      canary: fc.nat(20),
      baseline: fc.nat(20),
    });
    fc.assert(
      fc.property(fc.array(small, { maxLength: 4 }), (steps) => {
        expect(logEvidenceOfExcess(steps)).toBeCloseTo(naive(steps), 9);
      }),
    );
  });

  it('rises with each canary toss and falls with each baseline toss', () => {
    const step = fc.record({ weight: weights, canary: fc.nat(1000), baseline: fc.nat(1000) });
    fc.assert(
      fc.property(step, fc.array(step, { maxLength: 3 }), (one, others) => {
        const before = logEvidenceOfExcess([one, ...others]);
        const canary = logEvidenceOfExcess([{ ...one, canary: one.canary + 1 }, ...others]);
        const baseline = logEvidenceOfExcess([{ ...one, baseline: one.baseline + 1 }, ...others]);
        expect(canary).toBeGreaterThan(before);
        expect(baseline).toBeLessThan(before);
      }),
    );
  });
});

describe('users who fail in each step of a ramp', () => {
  const ramp = fc.tuple(weights, weights).filter(([low, high]) => low + 1e-3 < high);

  /** By the hash: on the canary in both steps, from the second one on, in none. */
  function expectation(users: number, low: number, high: number): number {
    const later = (high - low) / (1 - low);
    let sum = 0;
    for (const { hits: first, misses: rest, share } of binomial(users, low))
      for (const { hits: second, misses: never, share: then } of binomial(rest, later)) {
        const coins = [
          { weight: low, canary: first, baseline: rest },
          { weight: later, canary: second, baseline: never },
        ];
        sum += share * then * Math.exp(logEvidenceOfExcess(coins));
      }
    return sum;
  }

  it('have the mean 1, each by the chance that is left', () => {
    fc.assert(
      fc.property(fc.nat(12), ramp, (users, [low, high]) => {
        expect(expectation(users, low, high)).toBeCloseTo(1, 6);
      }),
    );
  });
});

describe('the pair', () => {
  it('is finite for any counts and weights', () => {
    fc.assert(
      fc.property(tallies, (steps) => {
        for (const test of tests) expect(Number.isFinite(test(steps))).toBe(true);
      }),
    );
  });

  it('does not ask in which order or in what windows the tosses came', () => {
    const cut = fc.tuple(weights, fc.array(fc.tuple(fc.nat(50), fc.nat(50)), { minLength: 1, maxLength: 8 }));
    fc.assert(
      fc.property(cut, ([weight, windows]) => {
        const parts = windows.map(([canary, baseline]) => ({ weight, canary, baseline }));
        const whole = parts.reduce((sum, part) => ({
          weight,
          canary: sum.canary + part.canary,
          baseline: sum.baseline + part.baseline,
        }));
        for (const test of tests) {
          expect(test(parts)).toBeCloseTo(test([whole]), 7);
          expect(test([...parts].reverse())).toBeCloseTo(test(parts), 7);
        }
      }),
    );
  });

  it('mirrors: a shortfall of the canary is an excess of baseline, seen from the other side, at equal weights', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), (canary, baseline) => {
        const shortfall = logEvidenceOfShortfall([{ weight: 0.5, canary, baseline }]);
        const excess = logEvidenceOfExcess([{ weight: 0.5, canary: baseline, baseline: canary }]);
        expect(shortfall).toBeCloseTo(excess, 8);
      }),
    );
  });

  it.each([1e-4, 0.01, 0.3, 0.5, 0.9999])('has expectation exactly 1 under its coin, weight %d', (weight) => {
    for (const test of tests) {
      const mean = (chance: number) =>
        binomial(12, chance).reduce(
          (sum, { hits, misses, share }) =>
            sum + share * Math.exp(test([{ weight, canary: hits, baseline: misses }])),
          0,
        );
      expect(mean(weight)).toBeCloseTo(1, 9);
      const kinder = test === logEvidenceOfExcess ? weight * 0.7 : 1 - (1 - weight) * 0.7;
      expect(mean(kinder)).toBeLessThan(1);
    }
  });

  it('has expectation exactly 1 through a ramp that goes on only while the first step looks well', () => {
    let mean = 0;
    for (const first of binomial(8, 0.05)) {
      const one = { weight: 0.05, canary: first.hits, baseline: first.misses };
      const ramps = logEvidenceOfExcess([one]) < Math.log(2);
      for (const second of ramps ? binomial(6, 0.5) : [{ hits: 0, misses: 0, share: 1 }]) {
        const two = { weight: 0.5, canary: second.hits, baseline: second.misses };
        mean += first.share * second.share * Math.exp(logEvidenceOfExcess([one, two]));
      }
    }
    expect(mean).toBeCloseTo(1, 9);
  });

  it.each([
    { weight: 0, canary: 1, baseline: 1 },
    { weight: 1, canary: 1, baseline: 1 },
    { weight: Number.NaN, canary: 1, baseline: 1 },
    { weight: 0.5, canary: Number.NaN, baseline: 1 },
    { weight: 0.5, canary: -1, baseline: 1 },
    { weight: 0.5, canary: 1, baseline: 0.5 },
  ])('refuses %o instead of answering NaN', (tally) => {
    for (const test of tests) expect(() => test([tally])).toThrow(RangeError);
  });
});
