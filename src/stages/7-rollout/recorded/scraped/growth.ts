import type { ScrapedHistogram } from './histograms.ts';

/** What a histogram counted between two scrapes, of which the second was at `at`. */
export type Grown = {
  readonly key: string;
  readonly at: number;
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
};

/** What was left out or began anew, so that a person can judge the rest. */
export type GrowthNotes = {
  /** Counters that began again from zero: their process restarted. */
  readonly resets: number;
  /** Times at which nothing was known for so long that what had grown since cannot be said when. */
  readonly gaps: number;
  /** Scrapes that were not whole, or no numbers. */
  readonly torn: number;
};

type Known = {
  readonly at: number;
  readonly counts: readonly number[];
  readonly bounds: string;
};

/** Series of one scrape may be stamped this far apart, in seconds: in a federation, or pushed ones. */
const spread = 5;

/**
 * How counters grow from scrape to scrape, restarts included. Where nothing was seen for longer than `gapSeconds`, growth counts for
 * nothing: it cannot be said when it came about. A series that appears while its target was being scraped began from zero:
 * the first errors of a canary are such.
 */
export class Growth {
  readonly #gapSeconds: number;
  readonly #known = new Map<string, Known>();
  /** When a series was last seen without its counts being known. */
  readonly #tornAt = new Map<string, number>();
  /** By target: when it was scraped, back to the gap. */
  readonly #scrapes = new Map<string, readonly number[]>();
  readonly #notes = { resets: 0, gaps: 0, torn: 0 };

  constructor(gapSeconds: number) {
    this.#gapSeconds = gapSeconds;
  }

  get notes(): GrowthNotes {
    return { ...this.#notes };
  }

  /** Takes what follows in time on what it was given before. */
  take(histograms: readonly ScrapedHistogram[]): readonly Grown[] {
    this.#noteScrapes(histograms);
    return histograms.flatMap((histogram) => this.#grownOf(histogram));
  }

  #noteScrapes(histograms: readonly ScrapedHistogram[]): void {
    for (const [target, own] of Map.groupBy(histograms, (one) => one.target)) {
      const times = new Set(this.#scrapes.get(target) ?? []);
      for (const { samples } of own) for (const { at } of samples) times.add(at);
      const sorted = [...times].toSorted((one, other) => one - other);
      // Those long past still tell of the first samples of this chunk; the next one needs the last only.
      const oldest = Math.min(...own.map(({ samples }) => samples[0]?.at ?? Number.POSITIVE_INFINITY));
      this.#scrapes.set(
        target,
        sorted.filter((at) => at >= oldest - this.#gapSeconds),
      );
    }
  }

  #grownOf({ key, target, bounds, samples }: ScrapedHistogram): readonly Grown[] {
    const grown: Grown[] = [];
    const shape = String(bounds);
    for (const { at, counts } of samples) {
      if (counts === undefined) {
        this.#notes.torn += 1;
        this.#tornAt.set(key, at);
        continue;
      }
      const since = this.#since({ at, counts, bounds: shape }, key, target);
      this.#known.set(key, { at, counts, bounds: shape });
      if (since !== undefined) grown.push({ key, at, bounds, counts: since });
    }
    return grown;
  }

  /** undefined: it cannot be said what grew since when. */
  #since(now: Known, key: string, target: string): readonly number[] | undefined {
    const before = this.#known.get(key);
    if (before !== undefined && this.#isNear(before.at, now.at)) return this.#difference(before, now);
    const isNew = !this.#isNear(this.#tornAt.get(key), now.at) && this.#wasScraped(target, now.at);
    if (isNew) return now.counts;
    if (before !== undefined) this.#notes.gaps += 1;
    return undefined;
  }

  #difference(before: Known, now: Known): readonly number[] {
    if (before.bounds === now.bounds && !fell(before.counts, now.counts))
      return now.counts.map((count, j) => count - (before.counts[j] ?? 0));
    this.#notes.resets += 1;
    return now.counts;
  }

  #isNear(before: number | undefined, at: number): boolean {
    return before !== undefined && at - before <= this.#gapSeconds;
  }

  /** Within the gap, and not merely in the same scrape. */
  #wasScraped(target: string, at: number): boolean {
    const times = this.#scrapes.get(target) ?? [];
    return times.some((one) => one >= at - this.#gapSeconds && one < at - spread);
  }
}

function fell(before: readonly number[], now: readonly number[]): boolean {
  return now.some((count, j) => count < (before[j] ?? 0));
}
