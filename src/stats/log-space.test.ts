import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logBeta, logGamma, logMeanExp, logOdds, logSumExp, softplus } from './log-space.ts';

describe('logSumExp and logMeanExp', () => {
  it('do not overflow where exp does', () => {
    expect(logSumExp([1e6, 1e6])).toBeCloseTo(1e6 + Math.log(2), 9);
    expect(logMeanExp([-1e6, -1e6])).toBeCloseTo(-1e6, 9);
  });

  it('take nothing for zero evidence', () => {
    expect(logSumExp([])).toBe(-Infinity);
    expect(logSumExp([-Infinity, 3])).toBe(3);
  });

  it('agree with the plain sum where that has its digits', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: 1 }), (terms) => {
        const plain = Math.log(terms.reduce((sum, term) => sum + Math.exp(term), 0));
        expect(logSumExp(terms)).toBeCloseTo(plain, 10);
      }),
    );
  });
});

describe('logGamma', () => {
  it('is the log of the factorial', () => {
    let factorial = 0;
    for (let n = 1; n <= 170; n++) {
      expect(logGamma(n)).toBeCloseTo(factorial, 10);
      factorial += Math.log(n);
    }
  });

  it('knows Γ(1/2) and Γ(1e-3) (mpmath, 30 digits)', () => {
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 13);
    expect(logGamma(0.001)).toBeCloseTo(6.907178885383853, 12);
  });

  it('gives the beta function: B(a, 1) = 1 / a', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-4, max: 1e5, noNaN: true }), (a) => {
        expect(logBeta(a, 1)).toBeCloseTo(-Math.log(a), 7);
      }),
    );
  });
});

it('softplus and logOdds are each other’s way back', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true }), (share) => {
      expect(Math.exp(logOdds(share) - softplus(logOdds(share)))).toBeCloseTo(share, 12);
    }),
  );
  expect(softplus(1e6)).toBe(1e6);
  expect(softplus(-1e6)).toBe(0);
});
