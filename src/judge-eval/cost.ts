import type { HeardRow, RowUsage } from './answer.ts';

/** A mean with its interval of 95 % by the normal approximation. null: fewer than two rows. */
export type Mean = { readonly value: number; readonly low: number; readonly high: number };

export type Cost = {
  /** Twins were asked too, and are in the totals. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** In millionths of a dollar; null: no price is configured for one of the models. */
  readonly microdollars: number | null;
  /** Of one change, twins left out. */
  readonly microdollarsPerChange: Mean | null;
  readonly tokensPerChange: Mean | null;
};

export function costOf(heard: readonly HeardRow[]): Cost {
  const usages = heard.flatMap(({ answer, twin }) => [
    answer.usage,
    ...(twin === undefined ? [] : [twin.usage]),
  ]);
  const perChange = heard.map(({ answer }) => answer.usage);
  const prices = perChange.map(({ microdollars }) => microdollars);
  const known = prices.filter((price) => price !== null);
  return {
    inputTokens: total(usages, ({ inputTokens }) => inputTokens),
    outputTokens: total(usages, ({ outputTokens }) => outputTokens),
    microdollars: usages.some(({ microdollars }) => microdollars === null)
      ? null
      : total(usages, ({ microdollars }) => microdollars ?? 0),
    microdollarsPerChange: known.length < prices.length ? null : meanOf(known),
    tokensPerChange: meanOf(perChange.map(({ inputTokens, outputTokens }) => inputTokens + outputTokens)),
  };
}

function total(usages: readonly RowUsage[], of: (usage: RowUsage) => number): number {
  return usages.reduce((all, usage) => all + of(usage), 0);
}

function meanOf(values: readonly number[]): Mean | null {
  if (values.length < 2) return null;
  const value = values.reduce((all, one) => all + one, 0) / values.length;
  const variance = values.reduce((all, one) => all + (one - value) ** 2, 0) / (values.length - 1);
  const half = 1.96 * Math.sqrt(variance / values.length);
  return { value, low: Math.max(0, value - half), high: value + half };
}
