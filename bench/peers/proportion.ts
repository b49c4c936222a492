import { logGamma } from '../../src/stats/log-space.ts';

/** One-sided, as the question is whether the share is too high. */
const doubt = 0.05;

/** Clopper and Pearson's upper bound, with 95 % confidence, of the share of which `found` were seen in `of`. */
export function atMost(found: number, of: number): number {
  if (found >= of) return 1;
  let [low, high] = [found / of, 1];
  for (let n = 0; n < 40; n += 1) {
    const middle = (low + high) / 2;
    if (chanceOfSoFew(found, of, middle) > doubt) low = middle;
    else high = middle;
  }
  return Number(high.toPrecision(3));
}

/** How many may be found in so many that the share is still shown to be at most `share`; -1: not even none is enough. */
export function mostShownToBe(share: number, of: number): number {
  let found = -1;
  while (found < of && atMost(found + 1, of) <= share) found += 1;
  return found;
}

function chanceOfSoFew(found: number, of: number, share: number): number {
  let sum = 0;
  for (let count = found; count >= 0; count -= 1) {
    const term = Math.exp(logChance(count, of, share));
    sum += term;
    // Those that are fewer still are rarer still, below the mean.
    if (count < of * share && term < 1e-12 * sum) break;
  }
  return sum;
}

function logChance(count: number, of: number, share: number): number {
  const ways = logGamma(of + 1) - logGamma(count + 1) - logGamma(of - count + 1);
  return ways + count * Math.log(share) + (of - count) * Math.log1p(-share);
}
