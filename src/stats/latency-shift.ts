import { checkCount, checkShare } from './checks.ts';
import { logMeanExp } from './log-space.ts';

/** Counts by bucket, from fast to slow. */
export type Buckets = readonly number[];

/** Units whose arm is a coin with the known chance `weight` of canary, by the bucket of their latency. */
export type LatencyTally = {
  readonly weight: number;
  readonly canary: Buckets;
  readonly baseline: Buckets;
};

/** How much likelier each bucket that is asked of is made on the canary: positive, never falling from fast to slow. */
export type Tilt = readonly number[];

/**
 * Log e-value against "no unit is slower on the canary than it would be on baseline", valid at any stopping time, averaged over
 * the two families of tilts. A unit in bucket j multiplies by g_j / (1 - w + w g_j) on the canary, by 1 / (1 - w + w g_j) on
 * baseline: its mean over the coin is 1 where both arms put it into one bucket, and less where the canary's is a faster one. So
 * the tilts decide the power, never the validity. `bounds`: upper bounds of all buckets but the last, rising, in any unit of
 * time. Derivation: docs/statistics.md.
 */
export function logEvidenceOfSlowing(tallies: readonly LatencyTally[], bounds: readonly number[]): number {
  for (const tally of tallies) checkTally(tally, bounds.length + 1);
  // Of most buckets there are no units, and a metric has hundreds.
  const buckets = [...bounds, Infinity].flatMap((_, j) =>
    tallies.some((tally) => met(tally, j) > 0) ? [j] : [],
  );
  const families = tiltsOver(bounds, buckets);
  const steps = tallies.map((tally) => stepOver(tally, buckets));
  const evidence = (tilt: Tilt) => steps.reduce((sum, step) => sum + logLikelihoodRatio(step, tilt), 0);
  return logMeanExp(families.map((tilts) => logMeanExp(tilts.map(evidence))));
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

/** Of time: a quarter of a doubling is 1, which is one bucket of an OpenTelemetry exponential histogram of scale 2. */
const slopes = [0.05, 0.15, 0.4, 1] as const;
const betweenCentres = 4;
const mostRise = 20;
const excesses = [3, 20, 200] as const;
const betweenThresholds = 3;

/**
 * Chosen without any data. One family rises with the logarithm of time, as the ratio of two log-normal distributions does that
 * differ by a factor: it finds what makes all slower. The other is 1 below a time and more beyond: it finds a slow tail.
 */
export function tiltsOver(
  bounds: readonly number[],
  buckets: readonly number[],
): readonly [readonly Tilt[], readonly Tilt[]] {
  const places = placesOf(bounds);
  const own = buckets.map((j) => places[j] ?? Infinity);
  const [first = 0, last = 0] = [places[0], places.at(-1)];
  const centres = spaced(first + 2, last, betweenCentres);
  const rising = centres.flatMap((centre) =>
    slopes.map((slope) => own.map((place) => within(mostRise, Math.exp(slope * (place - centre))))),
  );
  const thresholds = spaced(first + 1, last, betweenThresholds);
  const beyond = thresholds.flatMap((threshold) =>
    excesses.map((excess) => own.map((place) => (place < threshold ? 1 : excess))),
  );
  return [rising, beyond];
}

/** Where each bucket ends on a scale of quarters of a doubling; the last one is as wide as the one before, at least. */
function placesOf(bounds: readonly number[]): readonly number[] {
  checkBounds(bounds);
  const places = bounds.map((bound) => 4 * Math.log2(bound / (bounds[0] ?? bound)));
  return [...places, (places.at(-1) ?? 0) + 1];
}

/** At least one, so that two buckets are enough. */
function spaced(from: number, to: number, by: number): readonly number[] {
  const count = Math.max(1, Math.floor((to - from) / by) + 1);
  return Array.from({ length: count }, (_, at) => Math.min(to, from + at * by));
}

function within(most: number, value: number): number {
  return Math.min(most, Math.max(1 / most, value));
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

function checkBounds(bounds: readonly number[]): void {
  const isRising = bounds.every((bound, j) => bound > (bounds[j - 1] ?? 0) && Number.isFinite(bound));
  if (bounds.length === 0 || !isRising)
    throw new RangeError(`expected positive bounds that rise, found ${bounds.join(', ')}`);
}

function checkTally({ weight, canary, baseline }: LatencyTally, buckets: number): void {
  checkShare('weight', weight);
  for (const counts of [canary, baseline]) {
    if (counts.length !== buckets)
      throw new RangeError(`expected ${buckets} buckets, found ${counts.length}`);
    for (const count of counts) checkCount('bucket', count);
  }
}
