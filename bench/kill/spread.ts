import { type Kind, kinds, type Times } from './workers.ts';

/** Over the clients of all kills, and `p99OfEachKill` over those of each: a slow kill shows as one, not as slow clients. */
export function spread(rounds: readonly Times[]) {
  const of = (names: readonly Kind[]) => {
    const each = rounds.map((round) => names.flatMap((kind) => round[kind]));
    return { ...quantiles(each.flat()), p99OfEachKill: each.map((times) => quantiles(times).p99) };
  };
  return { all: of(kinds), sync: of(['sync']), events: of(['events']), pages: of(['pages']) };
}

export function quantiles(times: readonly number[]) {
  return {
    p50: rounded(quantile(times, 0.5)),
    p99: rounded(quantile(times, 0.99)),
    max: rounded(Math.max(...times)),
  };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
}

export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
