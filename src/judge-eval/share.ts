import { clopperPearson, type Interval } from '../stats/clopper-pearson.ts';

/** A share with Clopper and Pearson's interval of 95 %. `of` 0: there was nothing to count, and `value` is null. */
export type Share = { readonly hits: number; readonly of: number; readonly value: number | null } & Interval;

export function shareOf<T>(all: readonly T[], counts: (one: T) => boolean): Share {
  const hits = all.filter(counts).length;
  const value = all.length === 0 ? null : hits / all.length;
  return { hits, of: all.length, value, ...clopperPearson(hits, all.length) };
}
