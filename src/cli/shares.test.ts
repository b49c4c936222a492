import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readShare, stepFor } from './shares.ts';

describe('readShare', () => {
  it.each([
    ['5%', 0.05],
    ['0.05', 0.05],
    [' 0.5% ', 0.005],
    ['0', 0],
    ['0%', 0],
    ['99.99%', 0.9999],
  ])('%j', (text, share) => {
    expect(readShare(text)).toBeCloseTo(share, 12);
  });

  it.each(['', '%', '100%', '1', '5', '-1%', '1e-2', '.5', '5 %', '5%%', 'NaN', '0x1', '1,5%'])(
    'refuses %j',
    (text) => {
      expect(() => readShare(text)).toThrow(expect.objectContaining({ code: 'usage' }));
    },
  );
});

describe('stepFor', () => {
  const weights = [0.01, 0.1, 0.5];

  it.each([
    [0.01, 0],
    [0.05, 0],
    [0.1, 1],
    [0.3, 1],
    [0.5, 2],
    [0.99, 2],
  ])('%d', (wish, step) => {
    expect(stepFor(weights, wish)).toBe(step);
  });

  it('never exposes more than was asked for, nor less than a step could', () => {
    const rising = fc
      .uniqueArray(fc.integer({ min: 1, max: 9999 }), { minLength: 1 })
      .map((parts) => parts.sort((a, b) => a - b).map((part) => part / 10_000));
    fc.assert(
      fc.property(rising, fc.integer({ min: 0, max: 9999 }), (steps, part) => {
        const wish = part / 10_000;
        if (wish < (steps[0] ?? 1)) {
          expect(() => stepFor(steps, wish)).toThrow(expect.objectContaining({ code: 'usage' }));
          return;
        }
        const step = stepFor(steps, wish);
        expect(steps[step]).toBeLessThanOrEqual(wish + 1e-9);
        expect(steps[step + 1] ?? 1).toBeGreaterThan(wish);
      }),
    );
  });
});
