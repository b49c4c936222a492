import { checkCount, checkShare } from './checks.ts';
import { logMeanExp, logOdds, softplus } from './log-space.ts';
import type { CoinTally } from './tilted-coin.ts';

/** How far below the margin each alternative lies, as powers of the margin: 0.3 (barely better) to 1.5 (better than baseline). */
const powers: readonly number[] = Array.from({ length: 20 }, (_, j) => 0.3 + (1.2 * j) / 19);
const fractions: readonly number[] = [0.02, 0.1, 0.2, 0.4, 0.6];

/**
 * E_rel: log e-value against "a failing unit is canary's with a chance of at least p1", where
 * p1 = m w / (1 - w + m w) is that chance when canary fails `margin` = m times as often as baseline.
 */
export function logEvidenceBelowRatio(failing: CoinTally, margin: number): number {
  checkShare('weight', failing.weight);
  checkCount('failing.canary', failing.canary);
  checkCount('failing.baseline', failing.baseline);
  if (!(margin > 1)) throw new RangeError(`the margin must exceed 1, found ${margin}`);
  const bound = logOdds(failing.weight) + Math.log(margin);
  return logMeanExp(
    powers.map((power) =>
      logLikelihoodRatio(failing.canary, failing.baseline, bound - power * Math.log(margin), bound),
    ),
  );
}

/** E_abs: log e-value against "a unit fails with a chance of at least `ceiling`". */
export function logEvidenceBelowShare(units: number, failing: number, ceiling: number): number {
  checkShare('ceiling', ceiling);
  checkCount('failing', failing);
  checkCount('units that did not fail', units - failing);
  const bound = logOdds(ceiling);
  return logMeanExp(
    fractions.map((fraction) =>
      logLikelihoodRatio(failing, units - failing, logOdds(fraction * ceiling), bound),
    ),
  );
}

/**
 * Log of (E_rel + E_abs) / 2: evidence against "at least `margin` times as bad as baseline AND at least `ceiling`".
 * Where both halves of that hold, both are e-values, and so is their average.
 */
export function logEvidenceOfSafety(input: {
  failing: CoinTally;
  canaryUnits: number;
  margin: number;
  ceiling: number;
}): number {
  const { failing, canaryUnits, margin, ceiling } = input;
  return logMeanExp([
    logEvidenceBelowRatio(failing, margin),
    logEvidenceBelowShare(canaryUnits, failing.canary, ceiling),
  ]);
}

/** log of (q/p)^hits ((1-q)/(1-p))^misses, from the log-odds of q and p. */
function logLikelihoodRatio(hits: number, misses: number, oddsQ: number, oddsP: number): number {
  const missRatio = softplus(oddsP) - softplus(oddsQ);
  return hits * (oddsQ - oddsP + missRatio) + misses * missRatio;
}
