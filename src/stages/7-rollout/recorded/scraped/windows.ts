import { latencyBucket } from '../../../../domain/latency.ts';
import type { RequestWindowRecord, WindowLatency } from '../../../../domain/rollout-record.ts';
import type { Arm } from '../../../../domain/rollout-tally.ts';
import type { Grown } from './growth.ts';

type Layout = { readonly bounds: readonly number[]; readonly counts: number[] };
type Counts = { requests: number; failed: number; readonly layouts: Map<string, Layout> };
type Window = { readonly t: number; readonly canary: Counts; readonly baseline: Counts };

/** Ways of cutting time into buckets, among all series. */
const mostLayouts = 32;

/** Sorts growth into windows by when it was scraped. */
export class ScrapedWindows {
  readonly #windows: readonly Window[];
  readonly #layouts = new Map<string, readonly number[]>();
  readonly #from: number;
  readonly #ends: readonly number[];
  readonly #gapSeconds: number;
  /** The last of each window, and of the time before them at -1. */
  readonly #scrapes = { canary: new Map<number, number>(), baseline: new Map<number, number>() };

  /** `ends`: of the windows, rising; the first begins at `from`. Where nothing was scraped for so long, nothing is told. */
  constructor(from: number, ends: readonly number[], gapSeconds: number) {
    this.#from = from;
    this.#ends = ends;
    this.#gapSeconds = gapSeconds;
    this.#windows = ends.map((t) => ({ t, canary: none(), baseline: none() }));
  }

  /** Whatever it found, or not. */
  scraped(arm: Arm, at: number): void {
    const window = at <= this.#from ? -1 : latencyBucket(at, this.#ends);
    const scrapes = this.#scrapes[arm];
    scrapes.set(window, Math.max(at, scrapes.get(window) ?? at));
  }

  /** Answers how many requests were within the windows. Throws RangeError for buckets cut in more ways than it keeps. */
  add(arm: Arm, isFailure: boolean, { at, bounds, counts }: Grown): number {
    const window = at <= this.#from ? undefined : this.#windows[latencyBucket(at, this.#ends)];
    if (window === undefined) return 0;
    const own = window[arm];
    const requests = counts.reduce((sum, count) => sum + count, 0);
    own.requests += requests;
    if (isFailure) own.failed += requests;
    const name = String(bounds);
    this.#layouts.set(name, bounds);
    if (this.#layouts.size > mostLayouts)
      throw new RangeError(`its histograms have buckets of more than ${mostLayouts} kinds`);
    const layout = own.layouts.get(name) ?? { bounds, counts: [] };
    for (const [j, count] of counts.entries()) layout.counts[j] = (layout.counts[j] ?? 0) + count;
    own.layouts.set(name, layout);
    return requests;
  }

  /** Two for each window: one in which an arm was asked nothing says so, one in which it was not scraped is left out. */
  records(): readonly RequestWindowRecord[] {
    const bounds = this.#commonBounds();
    return this.#windows.flatMap(({ t, ...arms }, n) =>
      (['canary', 'baseline'] as const).flatMap((arm): readonly RequestWindowRecord[] => {
        if (!this.#wasScraped(arm, n)) return [];
        const { requests, failed, layouts } = arms[arm];
        const latency = bounds.length === 0 ? {} : { latency: merged([...layouts.values()], bounds) };
        const seconds = t - (this.#ends[n - 1] ?? this.#from);
        return [{ kind: 'request-window', t, arm, requests, failed, seconds, ...latency }];
      }),
    );
  }

  /** A scrape or two may be missing. */
  #wasScraped(arm: Arm, window: number): boolean {
    const oldest = (this.#ends[window] ?? 0) - this.#gapSeconds;
    return [...this.#scrapes[arm]].some(([n, at]) => n <= window && at > oldest);
  }

  /** Bounds that every series has: at those all of them can be added up exactly. */
  #commonBounds(): readonly number[] {
    const [first = [], ...others] = [...this.#layouts.values()];
    return first.filter((bound) => bound > 0 && others.every((bounds) => bounds.includes(bound)));
  }
}

function none(): Counts {
  return { requests: 0, failed: 0, layouts: new Map() };
}

function merged(layouts: readonly Layout[], bounds: readonly number[]): WindowLatency {
  const sums = Array<number>(bounds.length + 1).fill(0);
  for (const { bounds: own, counts } of layouts)
    for (const [j, count] of counts.entries()) {
      const upper = own[j] ?? Number.POSITIVE_INFINITY;
      const at = bounds.findIndex((bound) => upper <= bound);
      const bucket = at < 0 ? bounds.length : at;
      sums[bucket] = (sums[bucket] ?? 0) + count;
    }
  return { bounds, counts: sums };
}

/** Every `every` seconds, and at each moment of `cuts`, so that no window spans two steps; the last ends at `to`. */
export function windowEnds(
  { from, to, every }: { readonly from: number; readonly to: number; readonly every: number },
  cuts: readonly number[],
): readonly number[] {
  const whole = Array.from({ length: Math.ceil((to - from) / every) }, (_, n) =>
    Math.min(to, from + (n + 1) * every),
  );
  const inside = cuts.filter((cut) => cut > from && cut < to);
  return [...new Set([...whole, ...inside])].toSorted((one, other) => one - other);
}
