import type { MetricSeries } from '../../../../domain/metric-series.ts';

/** A histogram's counters as they were scraped; one without buckets is a plain counter. */
export type ScrapedHistogram = {
  /** Its labels without `le`. */
  readonly key: string;
  /** Who was scraped: its series are taken at the same moments. */
  readonly target: string;
  /** Upper bounds of all buckets but the last, in seconds, rising. */
  readonly bounds: readonly number[];
  readonly samples: readonly HistogramSample[];
};

/** `counts`: of each bucket alone; undefined: what was scraped then is not whole. */
export type HistogramSample = { readonly at: number; readonly counts: readonly number[] | undefined };

/** Puts the series of buckets together. Throws RangeError for what no histogram or counter consists of. */
export function histogramsOf(series: readonly MetricSeries[]): readonly ScrapedHistogram[] {
  const groups = Map.groupBy(series, ({ labels }) => keyOf(labels));
  return [...groups].map(([key, members]) => histogramOf(key, members));
}

/** Two series of one histogram have the same. */
export function keyOf(labels: MetricSeries['labels']): string {
  const own = Object.entries(labels).filter(([name]) => name !== 'le');
  return JSON.stringify(own.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function histogramOf(key: string, members: readonly MetricSeries[]): ScrapedHistogram {
  const columns = members
    .map(({ labels, samples }) => ({ bound: boundOf(labels.le), values: new Map(samples) }))
    .toSorted((one, other) => (one.bound < other.bound ? -1 : 1));
  const bounds = columns.map(({ bound }) => bound);
  if (bounds.at(-1) !== Number.POSITIVE_INFINITY)
    throw new RangeError(`it has no bucket le="+Inf" among ${key}`);
  if (bounds.some((bound, j) => bound === bounds[j - 1]))
    throw new RangeError(`it has one bucket twice among ${key}`);
  const times = [...new Set(members.flatMap(({ samples }) => samples.map(([at]) => at)))];
  const samples = times
    .toSorted((one, other) => one - other)
    .map((at) => ({ at, counts: perBucket(columns.map(({ values }) => values.get(at))) }));
  const { job = '', instance = '' } = members[0]?.labels ?? {};
  return { key, target: JSON.stringify([job, instance]), bounds: bounds.slice(0, -1), samples };
}

/** A plain counter counts up to any time. */
function boundOf(le: string | undefined): number {
  if (le === undefined || le === '+Inf') return Number.POSITIVE_INFINITY;
  const bound = Number(le);
  if (le.trim() !== '' && Number.isFinite(bound)) return bound;
  throw new RangeError(`it has a bucket with le=${JSON.stringify(le.slice(0, 40))}`);
}

/** Of cumulative buckets. undefined: one is missing or no number, or they do not rise from bound to bound. */
function perBucket(values: readonly (number | undefined)[]): readonly number[] | undefined {
  const counts: number[] = [];
  let below = 0;
  for (const value of values) {
    if (value === undefined || Number.isNaN(value)) return undefined;
    if (!Number.isSafeInteger(value) || value < 0)
      throw new RangeError(`it has ${value} where a counter has a whole number from 0`);
    if (value < below) return undefined;
    counts.push(value - below);
    below = value;
  }
  return counts;
}
