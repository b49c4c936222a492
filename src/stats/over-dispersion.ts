import { checkCount, checkShare } from './checks.ts';

/** Events of two arms that are alike, in one window: `share` of what could have been an event was the canary's. */
export type EqualArms = { readonly share: number; readonly canary: number; readonly baseline: number };

const leastWindows = 30;
/** Sums of so many windows are looked at as long as there are as many of them: who comes again is alike for longer than a window. */
const leastSums = 8;
/** Of the lower tail: the true one is below the bound in one of twenty calibrations. */
const z05 = -1.6449;

/**
 * How many times the variance of a split between equal arms is that of independent coins, as an upper bound (95 %) and at least 1; at the
 * scale of windows and of ever longer sums of them, whichever is the largest. undefined: too little was seen to tell, fewer than
 * 30 windows with an event in each.
 * Pearson's statistic over the windows is `phi` times chi-squared where events come in clumps (McCullagh & Nelder, "Generalized Linear
 * Models", 1989, section 4.5); its quantile by Wilson & Hilferty (1931).
 */
export function overDispersion(windows: readonly EqualArms[]): number | undefined {
  let sums = windows.map(momentsOf).filter(({ variance }) => variance > 0);
  if (sums.length < leastWindows) return undefined;
  let worst = 1;
  do {
    const chi = sums.reduce((total, { excess, variance }) => total + excess ** 2 / variance, 0);
    worst = Math.max(worst, chi / lowerQuantile(sums.length));
    sums = inPairs(sums);
  } while (sums.length >= leastSums);
  return worst;
}

type Moments = { readonly excess: number; readonly variance: number };

function momentsOf({ share, canary, baseline }: EqualArms): Moments {
  checkShare('share', share);
  checkCount('canary', canary);
  checkCount('baseline', baseline);
  const all = canary + baseline;
  return { excess: canary - all * share, variance: all * share * (1 - share) };
}

function inPairs(sums: readonly Moments[]): Moments[] {
  return Array.from({ length: Math.floor(sums.length / 2) }, (_, at) => {
    const [one, other] = [sums[2 * at], sums[2 * at + 1]];
    return {
      excess: (one?.excess ?? 0) + (other?.excess ?? 0),
      variance: (one?.variance ?? 0) + (other?.variance ?? 0),
    };
  });
}

/** What chi-squared with so many degrees of freedom is below in one of twenty. */
function lowerQuantile(degrees: number): number {
  const ninth = 2 / (9 * degrees);
  return degrees * (1 - ninth + z05 * Math.sqrt(ninth)) ** 3;
}
