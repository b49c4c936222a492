import type { ModelUsage } from './model.ts';

/** Dollars for a million tokens; so many millionths of a dollar for one. */
export type ModelPrices = {
  readonly input: number;
  readonly output: number;
  /** undefined: as `input`. */
  readonly cacheRead?: number | undefined;
  /** undefined: twice `input`, the highest that any provider asks. */
  readonly cacheWrite?: number | undefined;
};

/** Rounded up, so that no number of calls is free. */
export function microdollarsOf(usage: ModelUsage, prices: ModelPrices): number {
  const { cacheReadTokens: read = 0, cacheWriteTokens: written = 0 } = usage;
  const plain = Math.max(0, usage.inputTokens - read - written);
  const { input, output, cacheRead = input, cacheWrite = 2 * input } = prices;
  return Math.ceil(plain * input + read * cacheRead + written * cacheWrite + usage.outputTokens * output);
}

/** undefined: it has no price. */
export function priced(usage: ModelUsage, prices: ModelPrices | undefined): ModelUsage {
  return prices === undefined ? usage : { ...usage, microdollars: microdollarsOf(usage, prices) };
}
