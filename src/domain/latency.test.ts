import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latencyBounds, latencyBucket, latencyQuantile } from './latency.ts';

describe('latencyBucket', () => {
  it('is the first whose bound is not below the time', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 100, noNaN: true }), (seconds) => {
        const found = latencyBounds.findIndex((bound) => seconds <= bound);
        expect(latencyBucket(seconds)).toBe(found === -1 ? latencyBounds.length : found);
      }),
    );
  });

  it('has bounds from some milliseconds to a minute, four to a doubling', () => {
    expect(latencyBounds).toHaveLength(56);
    expect([latencyBounds[0], latencyBounds.at(-1)]).toEqual([2 ** -7.75, 64]);
    expect((latencyBounds[4] ?? 0) / (latencyBounds[0] ?? 0)).toBeCloseTo(2, 12);
  });
});

describe('latencyQuantile', () => {
  it.each([
    [0.5, [1, 1, 0], 1],
    [0.5, [0, 3, 1], 2],
    [0.95, [10, 8, 2], Infinity],
    [0.5, [0, 0, 0], undefined],
  ])('%s of %j is within %s', (share, counts, bound) => {
    expect(latencyQuantile(share, counts, [1, 2])).toBe(bound);
  });
});
