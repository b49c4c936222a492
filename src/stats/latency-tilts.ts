import { checkCount } from './checks.ts';

/** Counts by bucket, from fast to slow. */
export type Buckets = readonly number[];

/** How much likelier each bucket that is asked of is made on the canary: positive, never falling from fast to slow. */
export type Tilt = readonly number[];

/** Those that find what makes all slower, and those that find a slow tail. */
export type Families = readonly [readonly Tilt[], readonly Tilt[]];

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
export function tiltsOver(bounds: readonly number[], buckets: readonly number[]): Families {
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

const usualSlopes = [0.08, 0.16, 0.32, 0.64] as const;
const mostUsualRise = 30;
const tails = [0.1, 0.03, 0.01, 0.001] as const;
const usualExcesses = [3, 10, 30, 100] as const;
/** Of all units a tail may not become more, however much likelier it is made. */
const mostOfAll = 0.9;

/**
 * The same two, made so that what was usual before has the mean 1 under each: evidence is not lost to how many units came, and there is no
 * level to be searched for. Fewer of them are needed, which costs less.
 */
export function tiltsAround(usual: Buckets, bounds: readonly number[], buckets: readonly number[]): Families {
  const places = placesOf(bounds);
  if (usual.length !== places.length)
    throw new RangeError(`expected what is usual in ${places.length} buckets, found ${usual.length}`);
  for (const count of usual) checkCount('usual', count);
  const all = usual.reduce((sum, count) => sum + count, 0);
  const shares = usual.map((count) => count / all);
  const of = (tilt: Tilt) => buckets.map((j) => tilt[j] ?? 1);
  const rising = usualSlopes.map((slope) => of(centred(slope, places, shares)));
  const beyond = tails.flatMap((tail) => tailTilts(tail, shares, 1 / all));
  return [rising, beyond.map(of)];
}

const rounds = 8;

/** Rises with the logarithm of time, and has the mean 1, as nearly as a few rounds bring it there. */
function centred(slope: number, places: readonly number[], shares: readonly number[]): Tilt {
  const middle = places[latencyMiddle(shares)] ?? 0;
  let shift = 0;
  let tilt: Tilt = [];
  for (let round = 0; round < rounds; round += 1) {
    tilt = places.map((place) => within(mostUsualRise, Math.exp(slope * (place - middle) - shift)));
    shift += Math.log(tilt.reduce((sum, g, j) => sum + g * (shares[j] ?? 0), 0));
  }
  return tilt;
}

function latencyMiddle(shares: readonly number[]): number {
  let below = 0;
  return shares.findIndex((share) => {
    below += share;
    return below >= 0.5;
  });
}

/** Makes a tail, at most so much of all, so many times likelier. Of what was never met `least` is taken. */
function tailTilts(tail: number, shares: readonly number[], least: number): readonly Tilt[] {
  let beyond = 0;
  let from = shares.length;
  while (from > 1 && beyond + (shares[from - 1] ?? 0) <= tail) {
    from -= 1;
    beyond += shares[from] ?? 0;
  }
  if (from === shares.length) return [];
  const share = Math.max(beyond, least);
  return usualExcesses
    .filter((excess) => excess * share < mostOfAll)
    .map((excess) => shares.map((_, j) => (j < from ? (1 - excess * share) / (1 - share) : excess)));
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

function checkBounds(bounds: readonly number[]): void {
  const isRising = bounds.every((bound, j) => bound > (bounds[j - 1] ?? 0) && Number.isFinite(bound));
  if (bounds.length === 0 || !isRising)
    throw new RangeError(`expected positive bounds that rise, found ${bounds.join(', ')}`);
}
