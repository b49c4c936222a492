import { z } from 'zod';
import { modelProviders } from '../domain/model-provider.ts';
import { isRecord } from '../domain/npm/hostile-json.ts';
import { count, wants } from './fields.ts';

const wantsName = wants('a name of lower-case letters, digits and -', 'write it as reviewer or local-llama');
const namePattern = /^[a-z][a-z0-9-]{0,39}$/;
export const modelName = z.string(wantsName).regex(namePattern, wantsName);

const wantsFamily = wants(
  'a family of models, in lower-case letters, digits and -',
  'write who trained it from what, such as claude, gpt, llama or qwen: a judge must be of another family than the author',
);

const wantsPrice = wants('dollars for a million tokens', 'write it as 3 or 0.25');
const price = z.number(wantsPrice).min(0, wantsPrice).max(10_000, wantsPrice);

const prices = z
  .strictObject({
    input: price,
    output: price,
    cacheRead: price.optional().describe('Of input that a cache saved; absent: as input'),
    cacheWrite: price.optional().describe('Of input that a cache was filled with; absent: twice input'),
  })
  .describe('Dollars for a million tokens');

const wantsModel = wants('the name that the server knows the model by', 'write it as its documentation does');

const model = z.strictObject({
  provider: z
    .enum(modelProviders)
    .describe('How it is spoken to; openai-compatible: as Ollama, vLLM and llama.cpp are'),
  server: modelName
    .nullable()
    .default(null)
    .describe("A server that the machine's models.yaml names; null: the one that is named as the provider"),
  model: z.string(wantsModel).regex(/^[\x21-\x7e]{1,200}$/, wantsModel),
  family: z.string(wantsFamily).regex(namePattern, wantsFamily),
  prices: prices.nullable().default(null).describe('null: what it costs is not known'),
});

/** The key `models`. */
export const models = z
  .record(modelName, model)
  .default({})
  .describe('Language models, by names of your own; where they are and with which key, the machine says');

export type ModelConfig = z.output<typeof model>;

export const dollars = z.number().gt(0).max(1_000_000).nullable().default(null);

const budget = z.strictObject({
  tokens: z.int().min(1).max(1_000_000_000_000).nullable(),
  dollars: dollars.describe('Needs prices for every model; null: no limit'),
  minutes: count.nullable().default(null).describe('In which a model is waited for; null: no limit'),
});

/** The key `limits.models`. */
export const modelLimits = z
  .strictObject({
    perChange: budget.extend({ tokens: budget.shape.tokens.default(3_000_000) }).prefault({}),
    perDay: budget
      .extend({ tokens: budget.shape.tokens.default(30_000_000) })
      .prefault({})
      .describe('A day of UTC'),
  })
  .describe('What models may take; a limit is exceeded by one answer at most, and then none is asked');

/** Dollars cannot be counted of a model without prices. Of other shapes it says nothing. */
export function unpricedModels(value: unknown): readonly string[] {
  if (!isRecord(value) || !isRecord(value.models) || !isRecord(value.limits)) return [];
  const { models: limits } = value.limits;
  if (!isRecord(limits)) return [];
  const isCounted = Object.values(limits).some((one) => isRecord(one) && (one.dollars ?? null) !== null);
  if (!isCounted) return [];
  return Object.entries(value.models).flatMap(([name, one]) =>
    isRecord(one) && (one.prices ?? null) === null ? [name] : [],
  );
}
