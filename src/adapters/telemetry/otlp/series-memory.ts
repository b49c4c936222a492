import { createHash } from 'node:crypto';
import type { LatencyCounts } from './latency.ts';
import type { Attributes, Temporality } from './shapes.ts';

/** What one data point says, by which its series is told from others and from an earlier state of itself. */
export type Point = {
  readonly metric: string;
  readonly attributes: Attributes;
  readonly start: bigint;
  readonly time: bigint;
  readonly count: number;
  readonly latency: LatencyCounts | undefined;
};

/** What a point adds to what was known. `rejected`: nothing can be made of it, and why. */
export type Added =
  | { readonly kind: 'grown'; readonly count: number; readonly latency: LatencyCounts | undefined }
  | { readonly kind: 'known' }
  | { readonly kind: 'rejected'; readonly why: string };

type Series = {
  readonly start: bigint;
  readonly time: bigint;
  readonly count: number;
  readonly latency: LatencyCounts | undefined;
};

/** One instance's distinct attribute sets; more are rejected. */
const mostSeries = 2000;
/** One attribute set as JSON; a series with a larger one is rejected. */
const largestSet = 4096;

const known: Added = { kind: 'known' };

/**
 * Tells what is new in each point. By its own times and counts alone, never by our clock: a service whose clock is wrong is
 * counted like any other. What it keeps is bounded, whatever is sent.
 */
export class SeriesMemory {
  readonly #series = new Map<string, Series>();

  added(point: Point, temporality: Temporality): Added {
    const set = JSON.stringify(point.attributes.toSorted((one, other) => (one.key < other.key ? -1 : 1)));
    if (set.length > largestSet)
      return { kind: 'rejected', why: `attributes of more than ${largestSet} characters` };
    // The hash alone is kept: what a service sends must not decide how much memory the supervisor takes.
    const key = createHash('sha256').update(`${temporality} ${point.metric} `).update(set).digest('base64');
    const before = this.#series.get(key);
    if (before === undefined && this.#series.size >= mostSeries)
      return { kind: 'rejected', why: `more than ${mostSeries} series` };
    const added = temporality === 'delta' ? ofDelta(before, point) : ofCumulative(before, point);
    if (added.kind === 'grown') {
      const { start, time, count } = point;
      const latency = temporality === 'delta' ? undefined : point.latency;
      this.#series.set(key, { start, time, count, latency });
    }
    return added;
  }
}

/** An export that is sent again, as after an answer that was lost, has the times of the one before. */
function ofDelta(before: Series | undefined, { start, time, count, latency }: Point): Added {
  if (before !== undefined && time !== 0n && time === before.time && start === before.start) return known;
  return { kind: 'grown', count, latency };
}

/**
 * A series that began anew counts from zero. What comes late, from before what is known, is part of it already; and a point without
 * times is new wherever its count is another.
 */
function ofCumulative(before: Series | undefined, point: Point): Added {
  if (before === undefined) return whole(point);
  if (point.start !== before.start && point.start !== 0n && before.start !== 0n)
    return point.start > before.start ? whole(point) : known;
  if (point.count >= before.count) return difference(before, point);
  const isLate = point.time !== 0n && before.time !== 0n && point.time <= before.time;
  return isLate ? known : whole(point);
}

function whole({ count, latency }: Point): Added {
  return { kind: 'grown', count, latency };
}

function difference(before: Series, point: Point): Added {
  const count = point.count - before.count;
  if (count === 0 && point.time <= before.time) return known;
  const [now, then] = [point.latency, before.latency];
  const latency =
    now !== undefined && then !== undefined ? now.map((each, j) => each - (then[j] ?? 0)) : undefined;
  // Its buckets are cut in another way than before: what each of them grew by is not known.
  const isOther = latency?.some((each) => each < 0) === true;
  return { kind: 'grown', count, latency: isOther ? undefined : latency };
}
