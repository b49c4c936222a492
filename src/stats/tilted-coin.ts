import { checkCount, checkShare } from './checks.ts';
import { logMeanExp } from './log-space.ts';

/** Tosses of a coin whose chance of `canary` is known: `weight`, constant for all of them. */
export type CoinTally = {
  readonly weight: number;
  readonly canary: number;
  readonly baseline: number;
};

/** 60 log odds ratios, uniform from log 1.1 to log 50. */
const excess: readonly number[] = Array.from(
  { length: 60 },
  (_, j) => Math.log(1.1) + ((Math.log(50) - Math.log(1.1)) * j) / 59,
);
const shortfall: readonly number[] = excess.map((psi) => -psi);

/**
 * Log e-value against "each toss shows canary with a chance of at most `weight`", valid at any stopping time.
 * For each psi the factor of a toss is e^psi / A or 1 / A, with A = 1 - w + w e^psi: its mean is 1 at chance w and lower below.
 * Only the sums per weight enter, so neither the order of tosses nor how they are cut into windows matters.
 * Derivation: docs/statistics.md.
 */
export function logEvidenceOfExcess(tallies: readonly CoinTally[]): number {
  return mixture(tallies, excess);
}

/** The mirror image: log e-value against "each toss shows canary with a chance of at least `weight`". */
export function logEvidenceOfShortfall(tallies: readonly CoinTally[]): number {
  return mixture(tallies, shortfall);
}

function mixture(tallies: readonly CoinTally[], psis: readonly number[]): number {
  for (const tally of tallies) checkTally(tally);
  return logMeanExp(
    psis.map((psi) => tallies.reduce((sum, tally) => sum + logLikelihoodRatio(tally, psi), 0)),
  );
}

/** psi * k_c - K * log(1 - w + w e^psi), with the log taken where it keeps its digits. */
function logLikelihoodRatio({ weight, canary, baseline }: CoinTally, psi: number): number {
  return psi * canary - (canary + baseline) * Math.log1p(weight * Math.expm1(psi));
}

function checkTally({ weight, canary, baseline }: CoinTally): void {
  checkShare('weight', weight);
  checkCount('canary', canary);
  checkCount('baseline', baseline);
}
