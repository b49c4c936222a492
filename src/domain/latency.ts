/** The bounds of an OpenTelemetry exponential histogram of scale 2 (each 2^(1/4) times the one before), from 4.6 ms to 64 s. */
const octaves = { least: -31, most: 24, each: 4 };

/** Upper bounds of all buckets but the last, which has none; in seconds, inclusive. */
export const latencyBounds: readonly number[] = Array.from(
  { length: octaves.most - octaves.least + 1 },
  (_, j) => 2 ** ((octaves.least + j) / octaves.each),
);

/** How the waits of a rollout are counted. */
export type WaitTerms = {
  /** The canary's waits are divided by it before they are put into buckets: from 1. */
  readonly tolerate: number;
  /** A version that has just started is slow for a while: so long, from the rollout's first users on, nobody's wait counts. */
  readonly warmUpSeconds: number;
};

/** What a witness goes by that was told nothing else: the canary's buckets are moved where they are compared. */
export const defaultWaitTerms: WaitTerms = { tolerate: 1, warmUpSeconds: 10 };

/** The first bucket whose bound is not below the time. */
export function latencyBucket(seconds: number, bounds: readonly number[] = latencyBounds): number {
  let [from, to] = [0, bounds.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((bounds[middle] ?? Infinity) < seconds) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** The bound of the bucket that holds the unit with this rank among all, in seconds; undefined: there are none. Infinity: the last bucket. */
export function latencyQuantile(
  share: number,
  counts: readonly number[],
  bounds: readonly number[],
): number | undefined {
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all === 0) return undefined;
  let below = 0;
  for (const [j, count] of counts.entries()) {
    below += count;
    if (below >= share * all) return bounds[j] ?? Infinity;
  }
  return Infinity;
}
