import { checkCount, checkShare } from './checks.ts';
import { logBeta } from './log-space.ts';
import type { CoinTally } from './tilted-coin.ts';

/**
 * Two-sided log e-value against "each toss shows canary with the chance `weight`", valid at any stopping time:
 * the beta-binomial mixture over the binomial, with the prior Beta(k w, k (1 - w)).
 * Lindon & Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022.
 */
export function logEvidenceOfMismatch(
  tally: CoinTally,
  concentration = concentrationOf(tally.weight),
): number {
  const { weight, canary, baseline } = tally;
  checkShare('weight', weight);
  checkCount('canary', canary);
  checkCount('baseline', baseline);
  const a = concentration * weight;
  const b = concentration * (1 - weight);
  const marginal = logBeta(a + canary, b + baseline) - logBeta(a, b);
  return marginal - canary * Math.log(weight) - baseline * Math.log1p(-weight);
}

/** One prior toss for the rarer side: otherwise a small weight puts the whole prior on "never" and finds a doubling late. */
function concentrationOf(weight: number): number {
  return 1 / Math.min(weight, 1 - weight);
}
