import type { MetricSeries } from '../../../../domain/metric-series.ts';
import type { Arm } from '../../../../domain/rollout-tally.ts';
import { Growth, type GrowthNotes } from './growth.ts';
import { histogramsOf, keyOf } from './histograms.ts';
import type { ScrapedWindows } from './windows.ts';

/** What was read of one arm, for a person to judge the answer by. */
export type ArmNotes = GrowthNotes & {
  readonly series: number;
  /** Of them, those that count failures. */
  readonly failing: number;
  readonly requests: number;
  readonly failed: number;
  /** The middle pause between two scrapes, in seconds; null: there was none. */
  readonly everySeconds: number | null;
};

const mostSeries = 20_000;

/** Counts one arm's requests from what was scraped of it, chunk by chunk in the order of time. */
export class ScrapedArm {
  readonly #arm: Arm;
  readonly #windows: ScrapedWindows;
  readonly #growth: Growth;
  readonly #keys = new Set<string>();
  readonly #failing = new Set<string>();
  /** Between scrapes of one series of each chunk. */
  readonly #pauses: number[] = [];
  #requests = 0;
  #failed = 0;

  constructor(arm: Arm, windows: ScrapedWindows, gapSeconds: number) {
    this.#arm = arm;
    this.#windows = windows;
    this.#growth = new Growth(gapSeconds);
  }

  /** `failing`: those of the same series that count failures. Throws RangeError for what makes no sense. */
  take(all: readonly MetricSeries[], failing: readonly MetricSeries[]): void {
    for (const { labels } of failing) this.#failing.add(keyOf(labels));
    const histograms = histogramsOf(all);
    for (const { key } of histograms) this.#keys.add(key);
    if (this.#keys.size > mostSeries)
      throw new RangeError(`it has more than ${mostSeries} series of one arm`);
    for (const { samples } of histograms)
      for (const { at, counts } of samples) if (counts !== undefined) this.#windows.scraped(this.#arm, at);
    const [sample] = histograms;
    for (const [n, { at }] of (sample?.samples ?? []).entries())
      if (n > 0) this.#pauses.push(at - (sample?.samples[n - 1]?.at ?? at));
    for (const grown of this.#growth.take(histograms)) {
      const isFailure = this.#failing.has(grown.key);
      const requests = this.#windows.add(this.#arm, isFailure, grown);
      this.#requests += requests;
      if (isFailure) this.#failed += requests;
    }
  }

  sharesSeriesWith(other: ScrapedArm): boolean {
    return [...this.#keys].some((key) => other.#keys.has(key));
  }

  notes(): ArmNotes {
    const failing = [...this.#failing].filter((key) => this.#keys.has(key)).length;
    const [series, requests, failed] = [this.#keys.size, this.#requests, this.#failed];
    const sorted = this.#pauses.toSorted((one, other) => one - other);
    const everySeconds = sorted[Math.floor(sorted.length / 2)] ?? null;
    return { series, failing, requests, failed, everySeconds, ...this.#growth.notes };
  }
}
