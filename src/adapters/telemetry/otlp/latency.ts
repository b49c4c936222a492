import { latencyBounds, latencyBucket } from '../../../domain/latency.ts';
import type { ExplicitPoint, ExponentialPoint } from './shapes.ts';

/** One count for each of the buckets that the router has too. */
export type LatencyCounts = readonly number[];

const scale = 2;

/**
 * An explicit histogram by the router's bounds. Each bucket goes to where its upper bound is, so "up to" stays true. `toSeconds`: of
 * its unit. undefined: it has no buckets, or they make no sense.
 */
export function ofExplicit(
  { bucketCounts, explicitBounds }: ExplicitPoint,
  toSeconds: number,
): LatencyCounts | undefined {
  const fits = bucketCounts.length > 1 && bucketCounts.length === explicitBounds.length + 1;
  if (
    !fits ||
    explicitBounds.some((bound, j) => !(bound > (explicitBounds[j - 1] ?? Number.NEGATIVE_INFINITY)))
  )
    return undefined;
  const counts = none();
  for (const [j, count] of bucketCounts.entries()) {
    const upper = explicitBounds[j];
    add(counts, upper === undefined ? latencyBounds.length : latencyBucket(upper * toSeconds), count);
  }
  return counts;
}

/**
 * An exponential histogram by the router's bounds. A finer one is made coarser by joining neighbours, which is exact: the bounds of
 * one scale are among those of the next finer one. A coarser one goes to where its upper bounds are.
 */
export function ofExponential(
  { scale: own, positive, zeroCount }: ExponentialPoint,
  toSeconds: number,
): LatencyCounts {
  const counts = none();
  add(counts, 0, zeroCount);
  const joined = own > scale ? downscaled(positive, own - scale) : positive;
  const each = 2 ** Math.min(own, scale);
  for (const [n, count] of joined.bucketCounts.entries()) {
    if (count === 0) continue;
    const exponent = (joined.offset + n + 1) / each;
    const upper = 2 ** Math.max(-1000, Math.min(1000, exponent)) * toSeconds;
    add(counts, latencyBucket(upper * (1 - 1e-12)), count);
  }
  return counts;
}

type Buckets = { readonly offset: number; readonly bucketCounts: readonly number[] };

/** Bucket i of a scale is bucket floor(i / 2) of the next coarser one. */
export function downscaled({ offset, bucketCounts }: Buckets, by: number): Buckets {
  const times = 2 ** by;
  const first = Math.floor(offset / times);
  const joined: number[] = [];
  for (const [n, count] of bucketCounts.entries()) {
    const at = Math.floor((offset + n) / times) - first;
    joined[at] = (joined[at] ?? 0) + count;
  }
  return { offset: first, bucketCounts: joined };
}

export function none(): number[] {
  return Array<number>(latencyBounds.length + 1).fill(0);
}

function add(counts: number[], bucket: number, count: number): void {
  counts[bucket] = (counts[bucket] ?? 0) + count;
}
