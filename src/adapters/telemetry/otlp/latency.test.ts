import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latencyBounds, latencyBucket } from '../../../domain/latency.ts';
import { downscaled, ofExplicit, ofExponential } from './latency.ts';

const point = { attributes: [], startTimeUnixNano: 0n, timeUnixNano: 0n, count: 0, flags: 0, exemplars: [] };

/** As an SDK puts a value into a bucket: ( base^i, base^(i+1) ]. */
function indexOf(value: number, scale: number): number {
  return Math.ceil(Math.log2(value) * 2 ** scale) - 1;
}

function exponential(values: readonly number[], scale: number) {
  const at = values.map((value) => indexOf(value, scale));
  const offset = Math.min(...at);
  const bucketCounts = Array<number>(Math.max(...at) - offset + 1).fill(0);
  for (const index of at) bucketCounts[index - offset] = (bucketCounts[index - offset] ?? 0) + 1;
  return { ...point, scale, zeroCount: 0, positive: { offset, bucketCounts } };
}

const waits = fc.array(fc.double({ min: 0.01, max: 30, noNaN: true }), { minLength: 1, maxLength: 30 });
const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

describe('latencies of an export', () => {
  it('are those that the router would have counted, from an exponential histogram as fine as its own or finer', () => {
    fc.assert(
      fc.property(waits, fc.integer({ min: 2, max: 6 }), (values, scale) => {
        const expected = Array<number>(latencyBounds.length + 1).fill(0);
        for (const value of values) {
          const bucket = latencyBucket(value);
          expected[bucket] = (expected[bucket] ?? 0) + 1;
        }
        expect(ofExponential(exponential(values, scale), 1)).toEqual(expected);
      }),
    );
  });

  it('are never shown shorter than they were, from a coarser one', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 30, noNaN: true }),
        fc.integer({ min: -3, max: 1 }),
        (value, scale) => {
          const counts = ofExponential(exponential([value], scale), 1);
          expect(sum(counts)).toBe(1);
          expect(counts.indexOf(1)).toBeGreaterThanOrEqual(latencyBucket(value));
        },
      ),
    );
  });

  it('keep their number when neighbours are joined, and two steps are one', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.nat(9), { maxLength: 40 }), (offset, bucketCounts) => {
        const twice = downscaled(downscaled({ offset, bucketCounts }, 1), 2);
        const once = downscaled({ offset, bucketCounts }, 3);
        expect(sum(Object.values(once.bucketCounts))).toBe(sum(bucketCounts));
        if (bucketCounts.length > 0) expect(twice).toEqual(once);
      }),
    );
  });

  it('go by the upper bounds of an explicit histogram, in its unit', () => {
    const counts = ofExplicit({ ...point, bucketCounts: [1, 2, 3], explicitBounds: [100, 250] }, 0.001);
    expect(counts?.[latencyBucket(0.1)]).toBe(1);
    expect(counts?.[latencyBucket(0.25)]).toBe(2);
    expect(counts?.at(-1)).toBe(3);
  });

  it.each<[string, readonly number[], readonly number[]]>([
    ['no buckets', [], []],
    ['one bucket', [3], []],
    ['a count too few', [1, 2], [1, 2]],
    ['bounds that fall', [1, 2, 3], [2, 1]],
    ['bounds that are none', [1, 2, 3], [1, Number.NaN]],
  ])('are not told by %s', (_case, bucketCounts, explicitBounds) => {
    const told = { ...point, bucketCounts: [...bucketCounts], explicitBounds: [...explicitBounds] };
    expect(ofExplicit(told, 1)).toBeUndefined();
  });

  it('are bounded whatever an offset says', () => {
    for (const offset of [-(2 ** 31), 2 ** 31 - 1])
      for (const scale of [-20, 0, 30]) {
        const counts = ofExponential(
          { ...point, scale, zeroCount: 1, positive: { offset, bucketCounts: [2, 3] } },
          1,
        );
        expect(counts).toHaveLength(latencyBounds.length + 1);
        expect(sum(counts)).toBe(6);
      }
  });
});
