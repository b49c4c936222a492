import { checkCount, checkShare } from './checks.ts';
import { logMeanExp, logOdds, logSumExp, softplus } from './log-space.ts';

/** How often something happened that happens with some chance each time. */
export type Trials = { readonly hits: number; readonly misses: number };

/** Alternatives as parts of the tolerated chance, with their weights: half for "never", so that a clean record counts soon. */
const fractions: readonly (readonly [fraction: number, weight: number])[] = [
  [0, 0.5],
  [0.04, 0.1],
  [0.1, 0.1],
  [0.2, 0.1],
  [0.4, 0.1],
  [0.6, 0.1],
];

/**
 * Log e-value against "it happens with a chance of at least `ceiling`, whatever came before". For each alternative q < ceiling the factor of
 * a trial is q / ceiling or (1 - q) / (1 - ceiling): its mean is 1 at the ceiling and lower above. So it may be looked at after each trial.
 */
export function logEvidenceBelowChance({ hits, misses }: Trials, ceiling: number): number {
  checkTrials({ hits, misses });
  checkShare('ceiling', ceiling);
  return logSumExp(
    fractions.map(([fraction, weight]) => {
      const q = fraction * ceiling;
      // 0 * -Infinity is not a number: no hit costs nothing.
      const ofHits = hits === 0 ? 0 : hits * Math.log(fraction);
      return Math.log(weight) + ofHits + misses * (Math.log1p(-q) - Math.log1p(-ceiling));
    }),
  );
}

const oddsRatios: readonly number[] = [1.5, 2, 3, 5, 10, 30, 100];

/** Log e-value against "it happens with a chance of at most `floor`": the mirror image. */
export function logEvidenceAboveChance({ hits, misses }: Trials, floor: number): number {
  checkTrials({ hits, misses });
  checkShare('floor', floor);
  const bound = logOdds(floor);
  return logMeanExp(
    oddsRatios.map((ratio) => {
      const rise = Math.log(ratio);
      return hits * rise - (hits + misses) * (softplus(bound + rise) - softplus(bound));
    }),
  );
}

/**
 * Bounds of the chance that hold at all times at once, each but for a chance of `alpha`: the chances that the evidence does not yet speak
 * against. Both kinds of evidence grow with their distance, so one search each finds them.
 */
export function chanceBounds(
  trials: Trials,
  alpha: number,
): { readonly lower: number; readonly upper: number } {
  checkShare('alpha', alpha);
  const enough = -Math.log(alpha);
  return {
    lower: edge((chance) => logEvidenceAboveChance(trials, chance) >= enough, 'lower'),
    upper: edge((chance) => logEvidenceBelowChance(trials, chance) < enough, 'upper'),
  };
}

/** The greatest chance for which it holds, rounded away from certainty; it holds below and not above. */
function edge(holds: (chance: number) => boolean, side: 'lower' | 'upper'): number {
  let [low, high] = [1e-9, 1 - 1e-9];
  if (!holds(low)) return 0;
  if (holds(high)) return 1;
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return side === 'lower' ? low : high;
}

function checkTrials({ hits, misses }: Trials): void {
  checkCount('hits', hits);
  checkCount('misses', misses);
}
