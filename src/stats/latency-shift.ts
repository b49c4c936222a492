import { checkCount, checkShare } from './checks.ts';
import { type Buckets, type Families, type Tilt, tiltsAround, tiltsOver } from './latency-tilts.ts';
import { logMeanExp } from './log-space.ts';

/** Units whose arm is a coin with the known chance `weight` of canary, by the bucket of their latency. */
export type LatencyTally = {
  readonly weight: number;
  readonly canary: Buckets;
  readonly baseline: Buckets;
};

/** Fewer say too little of what is usual. */
const fewestUsual = 100;

/**
 * Log e-value against "no unit is slower on the canary than it would be on baseline", valid at any stopping time, averaged over
 * the families of tilts. A unit in bucket j multiplies by g_j / (1 - w + w g_j) on the canary, by 1 / (1 - w + w g_j) on
 * baseline: its mean over the coin is 1 where both arms put it into one bucket, and less where the canary's is a faster one. So
 * the tilts decide the power, never the validity. `bounds`: upper bounds of all buckets but the last, rising, in any unit of
 * time. `usual`: waits by the same buckets from before the first unit; they MUST NOT change while units are added. Derivation:
 * docs/statistics.md.
 */
export function logEvidenceOfSlowing(
  tallies: readonly LatencyTally[],
  bounds: readonly number[],
  usual: Buckets = [],
): number {
  for (const tally of tallies) checkTally(tally, bounds.length + 1);
  // Of most buckets there are no units, and a metric has hundreds.
  const buckets = [...bounds, Infinity].flatMap((_, j) =>
    tallies.some((tally) => met(tally, j) > 0) ? [j] : [],
  );
  const steps = tallies.map((tally) => stepOver(tally, buckets));
  const evidence = (tilt: Tilt) => steps.reduce((sum, step) => sum + logLikelihoodRatio(step, tilt), 0);
  const mean = (families: Families) =>
    logMeanExp(families.flatMap((tilts) => (tilts.length === 0 ? [] : [logMeanExp(tilts.map(evidence))])));
  const general = mean(tiltsOver(bounds, buckets));
  if (usual.reduce((sum, count) => sum + count, 0) < fewestUsual) return general;
  return logMeanExp([general, mean(tiltsAround(usual, bounds, buckets))]);
}

function met({ canary, baseline }: LatencyTally, j: number): number {
  return (canary[j] ?? 0) + (baseline[j] ?? 0);
}

/** `at`: the place in a tilt. */
type Step = {
  readonly weight: number;
  readonly units: readonly { readonly at: number; readonly onCanary: number; readonly all: number }[];
};

function stepOver(tally: LatencyTally, buckets: readonly number[]): Step {
  const units = buckets.flatMap((j, at) => {
    const all = met(tally, j);
    return all === 0 ? [] : [{ at, onCanary: tally.canary[j] ?? 0, all }];
  });
  return { weight: tally.weight, units };
}

function logLikelihoodRatio({ weight, units }: Step, tilt: Tilt): number {
  let sum = 0;
  for (const { at, onCanary, all } of units) {
    const g = tilt[at] ?? 1;
    sum += onCanary * Math.log(g) - all * Math.log1p(weight * (g - 1));
  }
  return sum;
}

/**
 * The buckets of a canary that may be slower by the factor `tolerated`: each unit is counted where it would be at best, had it
 * taken so much less.
 */
export function toleratedBuckets(counts: Buckets, bounds: readonly number[], tolerated: number): Buckets {
  if (!(tolerated >= 1 && Number.isFinite(tolerated)))
    throw new RangeError(`expected a factor from 1, found ${tolerated}`);
  const moved = counts.map(() => 0);
  for (const [j, count] of counts.entries()) {
    if (count === 0) continue;
    // A bound that is met exactly must not be missed by the last digit.
    const from = j === 0 ? 0 : ((bounds[j - 1] ?? 0) / tolerated) * (1 + 1e-9);
    const to = bounds.findIndex((bound) => bound > from);
    const at = j === 0 ? 0 : to === -1 ? bounds.length : to;
    moved[at] = (moved[at] ?? 0) + count;
  }
  return moved;
}

function checkTally({ weight, canary, baseline }: LatencyTally, buckets: number): void {
  checkShare('weight', weight);
  for (const counts of [canary, baseline]) {
    if (counts.length !== buckets)
      throw new RangeError(`expected ${buckets} buckets, found ${counts.length}`);
    for (const count of counts) checkCount('bucket', count);
  }
}
