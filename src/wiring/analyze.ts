import { readLines } from '../adapters/lines/read-lines.ts';
import { rolloutPlan } from '../config/plans.ts';
import { planForWeights } from '../config/recorded-plan.ts';
import { AutolandError } from '../domain/errors.ts';
import type { RolloutRecord, WeightRecord } from '../domain/rollout-record.ts';
import { Concluding, type Conclusion } from '../stages/7-rollout/recorded/conclusion.ts';
import { readRecord } from '../stages/7-rollout/recorded/read-record.ts';
import { type Look, RecordedRollout } from '../stages/7-rollout/recorded/recorded-rollout.ts';
import { configAtPath } from './config-file.ts';

export type AnalyzeWish = {
  readonly file: string;
  /** An autoland.yaml whose plan counts; undefined: one made for the weights of the record. */
  readonly plan: string | undefined;
  /** From the beginning, for a record without weights. */
  readonly weight: number | undefined;
  /** Seconds between two looks. */
  readonly every: number;
  readonly onLook: (look: Look) => void;
};

/** What a rollout would have decided of recorded telemetry, and when. The file is read twice, and never held whole. */
export async function analyzeFile(wish: AnalyzeWish): Promise<Conclusion> {
  const weights = await weightsIn(wish);
  const plan = wish.plan === undefined ? planForWeights(weights) : rolloutPlan(await configAtPath(wish.plan));
  const rollout = new RecordedRollout({ plan, every: wish.every });
  const concluding = new Concluding();
  const see = (look: Look) => {
    concluding.see(look);
    wish.onLook(look);
  };
  for await (const { record, number } of recordsIn(wish))
    for (const look of taken(rollout, record, number)) see(look);
  for (const look of rollout.end()) see(look);
  const conclusion = concluding.conclusion();
  if (conclusion === undefined) throw noRecord(wish.file);
  return conclusion;
}

type Numbered = { readonly record: RolloutRecord; readonly number: number };

/** Where the person names the weight, it stands before all. */
async function* recordsIn({ file, weight }: AnalyzeWish): AsyncGenerator<Numbered> {
  let isFirst = weight !== undefined;
  for await (const { text, number } of readLines(file)) {
    const record = readRecord(text, number);
    if (isFirst) yield { record: { kind: 'weight', t: record.t, weight: weight ?? 0 }, number };
    isFirst = false;
    yield { record, number };
  }
}

async function weightsIn(wish: AnalyzeWish): Promise<readonly number[]> {
  const found: WeightRecord[] = [];
  for await (const { record, number } of recordsIn(wish)) {
    if (record.kind !== 'weight') continue;
    if (record.weight <= (found.at(-1)?.weight ?? 0))
      throw refused(number, 'its weight is no higher than the one before');
    found.push(record);
  }
  if (found.length > 0) return found.map(({ weight }) => weight);
  throw new AutolandError('usage', `expected a line with a weight in ${wish.file}, found none`, {
    mend: 'write {"t":0,"weight":0.01} where each step begins, or name the one weight: --weight 1%',
  });
}

function taken(rollout: RecordedRollout, record: RolloutRecord, number: number): readonly Look[] {
  try {
    return rollout.take(record);
  } catch (thrown) {
    if (thrown instanceof RangeError) throw refused(number, thrown.message);
    throw thrown;
  }
}

function refused(number: number, why: string): AutolandError {
  return new AutolandError('usage', `expected a record that goes on in line ${number}, but ${why}`, {
    mend: 'sort the lines by t, in steps of rising weight; with --plan, the weights are those of its steps',
  });
}

function noRecord(file: string): AutolandError {
  return new AutolandError('usage', `expected requests or windows in ${file}, found none`, {
    mend: 'see docs/guide/analyze.md for what a line may be',
  });
}
