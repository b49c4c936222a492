import { binomial } from './binomial.ts';

export type Interval = { readonly low: number; readonly high: number };

/**
 * Clopper and Pearson's interval for a share, of `hits` in `n`: it covers the true one at least as often as `level` says, for every n
 * and every share. Nothing counted: all shares are as likely as before.
 */
export function clopperPearson(hits: number, n: number, level = 0.95): Interval {
  if (!Number.isInteger(hits) || !Number.isInteger(n) || hits < 0 || hits > n)
    throw new RangeError(`expected 0 <= hits <= n, found ${hits} of ${n}`);
  if (n === 0) return { low: 0, high: 1 };
  const tail = (1 - level) / 2;
  // P(at least `hits`) grows with the chance, P(at most `hits`) falls.
  const low = hits === 0 ? 0 : crossing((chance) => atLeast(hits, n, chance) < tail);
  const high = hits === n ? 1 : crossing((chance) => 1 - atLeast(hits + 1, n, chance) > tail);
  return { low, high };
}

/** Where `below` stops to hold. */
function crossing(below: (chance: number) => boolean): number {
  let [from, to] = [0, 1];
  for (let step = 0; step < 60; step += 1) {
    const middle = (from + to) / 2;
    if (below(middle)) from = middle;
    else to = middle;
  }
  return (from + to) / 2;
}

function atLeast(hits: number, n: number, chance: number): number {
  let sum = 0;
  for (const outcome of binomial(n, chance)) if (outcome.hits >= hits) sum += outcome.share;
  return Math.min(1, sum);
}
