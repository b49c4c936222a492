import { stat } from 'node:fs/promises';
import { readLines } from '../../adapters/lines/read-lines.ts';
import {
  type PrometheusOptions,
  PrometheusSource,
} from '../../adapters/telemetry/prometheus/prometheus-source.ts';
import { rolloutPlan } from '../../config/plans.ts';
import { planForWeights } from '../../config/recorded-plan.ts';
import { AutolandError } from '../../domain/errors.ts';
import { type MetricPlan, mostMetrics } from '../../domain/metric.ts';
import type { RolloutPlan } from '../../domain/rollout.ts';
import type { RolloutRecord, WeightRecord } from '../../domain/rollout-record.ts';
import { Concluding, type Conclusion } from '../../stages/7-rollout/recorded/conclusion.ts';
import { readRecord } from '../../stages/7-rollout/recorded/read-record.ts';
import { type Look, RecordedRollout } from '../../stages/7-rollout/recorded/recorded-rollout.ts';
import { WindowLengths } from '../../stages/7-rollout/recorded/window-lengths.ts';
import { configAtPath } from '../place/config-file.ts';
import { type Scraped, type ScrapedWish, scrapedRollout } from './analyze-prometheus.ts';

type Wish = {
  /** An autoland.yaml whose plan counts; undefined: one made for the weights of the record. */
  readonly plan: string | undefined;
  /** Besides those of the plan. */
  readonly metrics: readonly MetricPlan[];
  /** Seconds between two looks. */
  readonly every: number;
  readonly onLook: (look: Look) => void;
};

export type Analyzed = {
  readonly conclusion: Conclusion;
  /** Of the longest window that was read; undefined: none tells, or there are none. */
  readonly windowSeconds: number | undefined;
  /** Metrics that were asked for and that nothing in the record tells of: a slip of the pen, or it never happened. */
  readonly untold: readonly string[];
};

export type AnalyzeWish = Wish & {
  readonly file: string;
  /** From the beginning, for a record without weights. */
  readonly weight: number | undefined;
};

export type AnalyzeScrapedWish = Wish & {
  readonly prometheus: PrometheusOptions;
  readonly scraped: ScrapedWish;
};

/** What a rollout would have decided of recorded telemetry, and when. The file is read twice, and never held whole. */
export async function analyzeFile(wish: AnalyzeWish): Promise<Analyzed> {
  await mustStay(wish.file);
  const { weights, windowSeconds, named } = await surveyOf(wish);
  const plan = await planFor(wish, weights);
  const looks = new Looks(wish, plan, windowSeconds.shortest);
  for await (const { record, number } of recordsIn(wish)) looks.take(record, ` in line ${number}`);
  const conclusion = looks.end();
  if (conclusion === undefined) throw noRecord(wish.file);
  const untold = (plan.metrics ?? []).map(({ name }) => name).filter((name) => !named.has(name));
  return { conclusion, windowSeconds: windowSeconds.longest, untold };
}

/** The same of a past rollout that Prometheus scraped. */
export async function analyzeScraped(
  wish: AnalyzeScrapedWish,
): Promise<{ readonly conclusion: Conclusion; readonly notes: Scraped['notes'] }> {
  const { steps } = wish.scraped;
  const plan = await planFor(
    wish,
    steps.map(({ weight }) => weight),
  );
  const { records, notes } = await scrapedRollout(wish.scraped, new PrometheusSource(wish.prometheus));
  const looks = new Looks(wish, plan);
  for (const record of records) looks.take(record, '');
  const conclusion = looks.end();
  if (conclusion === undefined) throw new RangeError('a record with windows has a look');
  return { conclusion, notes };
}

class Looks {
  readonly #rollout: RecordedRollout;
  readonly #concluding = new Concluding();
  readonly #onLook: Wish['onLook'];

  constructor({ every, onLook }: Wish, plan: RolloutPlan, windowSeconds?: number) {
    this.#rollout = new RecordedRollout({ plan, every, windowSeconds });
    this.#onLook = onLook;
  }

  take(record: RolloutRecord, where: string): void {
    for (const look of taken(this.#rollout, record, where)) this.#see(look);
  }

  end(): Conclusion | undefined {
    for (const look of this.#rollout.end()) this.#see(look);
    return this.#concluding.conclusion();
  }

  #see(look: Look): void {
    this.#concluding.see(look);
    this.#onLook(look);
  }
}

async function planFor({ plan, metrics }: Wish, weights: readonly number[]): Promise<RolloutPlan> {
  const made = plan === undefined ? planForWeights(weights) : rolloutPlan(await configAtPath(plan));
  const all = [...(made.metrics ?? []), ...metrics];
  if (new Set(all.map(({ name }) => name)).size < all.length || all.length > mostMetrics)
    throw new AutolandError(
      'usage',
      `expected at most ${mostMetrics} metrics, each once, found ${told(all)}`,
      {
        mend: 'name with --metric only what the plan does not name',
      },
    );
  return all.length === 0 ? made : { ...made, metrics: all };
}

function told(metrics: readonly MetricPlan[]): string {
  return metrics.map(({ name }) => name).join(', ');
}

/** What a pipe held is gone with the first reading: the second one would find nothing, and say so. */
async function mustStay(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  // What is not there, or cannot be looked at, is told by who reads it.
  if (found === undefined || found.isFile() || found.isDirectory()) return;
  throw new AutolandError(
    'usage',
    `expected a file, which can be read twice, found a pipe or a device: ${file}`,
    {
      mend: 'write it to a file first, and name that one',
    },
  );
}

type Numbered = { readonly record: RolloutRecord; readonly number: number };

/** Where the person names the weight, it stands before all. */
async function* recordsIn({ file, weight }: AnalyzeWish): AsyncGenerator<Numbered> {
  let isFirst = weight !== undefined;
  for await (const { text, number } of readLines(file)) {
    const record = readRecord(text, number);
    if (record.kind === 'weight' && weight !== undefined) throw saysItself(file, number);
    if (isFirst)
      yield { record: { kind: 'weight', t: record.t, weight: weight ?? 0, isAssumed: true }, number };
    isFirst = false;
    yield { record, number };
  }
}

type Survey = {
  readonly weights: readonly number[];
  /** `shortest`: of the pauses between two windows. */
  readonly windowSeconds: { readonly shortest: number | undefined; readonly longest: number | undefined };
  /** Metrics that it tells of. */
  readonly named: ReadonlySet<string>;
};

/** What must be known before the first record is counted. */
async function surveyOf(wish: AnalyzeWish): Promise<Survey> {
  const found: WeightRecord[] = [];
  const lengths = new WindowLengths();
  const named = new Set<string>();
  for await (const { record, number } of recordsIn(wish)) {
    lengths.see(record);
    for (const name of metricsIn(record)) named.add(name);
    if (record.kind !== 'weight') continue;
    if (record.weight <= (found.at(-1)?.weight ?? 0))
      throw refused(` in line ${number}`, 'its weight is no higher than the one before');
    found.push(record);
  }
  const { shortest, longest } = lengths;
  if (found.length > 0)
    return { weights: found.map(({ weight }) => weight), windowSeconds: { shortest, longest }, named };
  throw new AutolandError('usage', `expected a line with a weight in ${wish.file}, found none`, {
    mend: 'write {"t":0,"weight":0.01} where each step begins, or name the one weight: --weight 1%',
  });
}

function metricsIn(record: RolloutRecord): readonly string[] {
  if (record.kind === 'request') return (record.reports ?? []).map(({ name }) => name);
  return record.kind === 'window' ? Object.keys(record.metrics ?? {}) : [];
}

function saysItself(file: string, number: number): AutolandError {
  return new AutolandError(
    'usage',
    `expected a record without weights beside --weight, found one in line ${number} of ${file}`,
    { mend: 'leave out --weight: the record says itself when its steps began' },
  );
}

function taken(rollout: RecordedRollout, record: RolloutRecord, where: string): readonly Look[] {
  try {
    return rollout.take(record);
  } catch (thrown) {
    if (thrown instanceof RangeError) throw refused(where, thrown.message);
    throw thrown;
  }
}

function refused(where: string, why: string): AutolandError {
  return new AutolandError('usage', `expected a record that goes on${where}, but ${why}`, {
    mend: 'sort the lines by t, in steps of rising weight; with --plan, the weights are those of its steps',
  });
}

function noRecord(file: string): AutolandError {
  return new AutolandError('usage', `expected requests or windows in ${file}, found none`, {
    mend: 'see docs/guide/analyze.md for what a line may be',
  });
}
