import { AutolandError } from '../../domain/errors.ts';
import type { RolloutRecord, WeightRecord } from '../../domain/rollout-record.ts';
import type { Arm } from '../../domain/rollout-tally.ts';
import type { MetricsSource } from '../../ports/metrics-source.ts';
import { mostRequestWindows } from '../../stages/7-rollout/recorded/request-windows.ts';
import { type ArmNotes, ScrapedArm } from '../../stages/7-rollout/recorded/scraped/arm.ts';
import { selectorOf } from '../../stages/7-rollout/recorded/scraped/matchers.ts';
import { ScrapedWindows, windowEnds } from '../../stages/7-rollout/recorded/scraped/windows.ts';

/** A past rollout as a metrics store has it. Times are Unix seconds. */
export type ScrapedWish = {
  /** `histogram`: its buckets are read; `counter`: it counts requests, and nothing tells how long they took. */
  readonly metric: { readonly name: string; readonly kind: 'histogram' | 'counter' };
  readonly matchers: Readonly<Record<Arm, readonly string[]>>;
  /** Besides, of a series that counts failures. */
  readonly errors: readonly string[];
  readonly from: number;
  readonly to: number;
  /** Seconds that a window lasts. */
  readonly every: number;
  /** When each step began, with its weight. */
  readonly steps: readonly { readonly at: number; readonly weight: number }[];
};

export type Scraped = {
  /** `t`: seconds since `from`. */
  readonly records: readonly RolloutRecord[];
  readonly notes: Readonly<Record<Arm, ArmNotes>>;
};

/** A scrape or two may be missing before growth counts for nothing. */
const windowsToGap = 3;
/** Of one question. */
const mostChunkSeconds = 900;
const arms = ['canary', 'baseline'] as const;

/** Rejects as the source does, and with `usage` where nothing can be compared. */
export async function scrapedRollout(wish: ScrapedWish, source: MetricsSource): Promise<Scraped> {
  const { from, to, every } = wish;
  const ends = windowEnds(
    { from, to, every },
    wish.steps.map(({ at }) => at),
  );
  if (ends.length > mostRequestWindows) throw tooLong(wish);
  const gapSeconds = windowsToGap * every;
  const windows = new ScrapedWindows(from, ends, gapSeconds);
  const read = {
    canary: new ScrapedArm('canary', windows, gapSeconds),
    baseline: new ScrapedArm('baseline', windows, gapSeconds),
  };
  // What counters showed before the beginning: growth needs it.
  for (let begin = from - gapSeconds; begin < to; begin += mostChunkSeconds) {
    const end = Math.min(to, begin + mostChunkSeconds);
    for (const arm of arms) await readChunk(wish, source, { arm, into: read[arm], from: begin, to: end });
  }
  if (read.canary.sharesSeriesWith(read.baseline)) throw sameSeries();
  const notes = { canary: read.canary.notes(), baseline: read.baseline.notes() };
  for (const arm of arms) mustHaveGrown(wish, arm, notes[arm]);
  return { records: inOrder(wish, windows), notes };
}

type Chunk = { readonly arm: Arm; readonly into: ScrapedArm; readonly from: number; readonly to: number };

async function readChunk(
  wish: ScrapedWish,
  source: MetricsSource,
  { arm, into, from, to }: Chunk,
): Promise<void> {
  const { metric, errors } = wish;
  const name = metric.kind === 'histogram' ? `${metric.name}_bucket` : metric.name;
  const ofAll = metric.kind === 'histogram' ? ['le="+Inf"'] : [];
  const selectors = [wish.matchers[arm], [...wish.matchers[arm], ...errors, ...ofAll]];
  const [all = [], failing = []] = await Promise.all(
    selectors.map((matchers) => source.samples({ selector: selectorOf(name, matchers), from, to })),
  );
  try {
    into.take(all, failing);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw new AutolandError('telemetry.invalid', `expected counters in ${name}, but ${thrown.message}`, {
      mend: 'name a histogram with buckets by le, or a counter of requests: --counter http_requests_total',
    });
  }
}

/** A window that ends where a step begins is of the step before. */
function inOrder({ from, steps }: ScrapedWish, windows: ScrapedWindows): readonly RolloutRecord[] {
  const sinceFrom = (at: number) => Math.max(0, Number((at - from).toFixed(3)));
  const weights: readonly WeightRecord[] = steps.map(({ at, weight }) => ({
    kind: 'weight',
    t: sinceFrom(at),
    weight,
  }));
  const counted = windows.records().map((record) => ({ ...record, t: sinceFrom(record.t) }));
  return [...counted, ...weights].toSorted((one, other) => one.t - other.t);
}

function mustHaveGrown({ metric, matchers, every }: ScrapedWish, arm: Arm, notes: ArmNotes): void {
  if (notes.series === 0) {
    const selector = selectorOf(metric.name, matchers[arm]);
    throw new AutolandError('usage', `expected series of the ${arm} in that time, found none: ${selector}`, {
      mend: `see which labels the metric has in the store, and name them: --${arm} 'service_version="1.3"'; a histogram by its name without _bucket`,
    });
  }
  if (notes.requests > 0 || notes.gaps === 0) return;
  throw new AutolandError(
    'usage',
    `expected samples of the ${arm} at most ${windowsToGap * every} s apart, ${windowsToGap} windows, found none that near`,
    { mend: 'make windows as long as the time between two scrapes or exports: --every 60' },
  );
}

function sameSeries(): AutolandError {
  return new AutolandError('usage', 'expected series of canary and baseline apart, found one that is both', {
    mend: 'name labels that tell the arms apart: --canary 1.3 --baseline 1.2',
  });
}

function tooLong({ from, to }: ScrapedWish): AutolandError {
  const least = Math.ceil((to - from) / mostRequestWindows);
  return new AutolandError('usage', `expected at most ${mostRequestWindows} windows, found more`, {
    mend: `ask for longer windows or a shorter time: --every ${2 * least}`,
  });
}
