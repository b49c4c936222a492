import { checkCount, checkShare } from './checks.ts';
import { logMeanExp, logOdds, softplus } from './log-space.ts';

/** What one interval saw: `failures` of `trials`. */
export type Sample = { readonly at: Date; readonly trials: number; readonly failures: number };

export type Detection = {
  /** Log of the averaged CUSUM after the last sample; 0 before the first. */
  readonly logValue: number;
  /** When the alarm that still stands began; undefined: no alarm stands. */
  readonly since: Date | undefined;
};

/** Odds of failing over the tolerated odds, one CUSUM each. */
const oddsRatios = [1.5, 2, 3, 5, 10, 30, 100] as const;
/** How far above the threshold a CUSUM may climb: little, so that an alarm ends soon after its cause. */
const headroom = 1;

/**
 * Detects that the chance of failing has risen above `level`: CUSUM M = max(M, 1) * L for each alternative, averaged; alarm at M >= e^logThreshold.
 * Each M is at most the Shiryaev-Roberts R = (R + 1) * L, and R_t - t is a supermartingale while the chance given the past is at most `level`:
 * so a false alarm within n samples has a chance of at most n / e^logThreshold (Shin, Ramdas & Rinaldo, "E-detectors", 2023).
 * The cap only lowers M, so the bound stays.
 */
export function detectRise(samples: readonly Sample[], level: number, logThreshold: number): Detection {
  checkShare('level', level);
  const cap = logThreshold + Math.log(oddsRatios.length) + headroom;
  const bound = logOdds(level);
  const rises = oddsRatios.map((ratio) => {
    const rise = Math.log(ratio);
    return { rise, cost: softplus(bound + rise) - softplus(bound) };
  });
  let cusums: readonly number[] = oddsRatios.map(() => 0);
  let logValue = 0;
  let since: Date | undefined;
  for (const sample of samples) {
    const { at, trials, failures } = checked(sample);
    cusums = rises.map(({ rise, cost }, j) =>
      Math.min(cap, Math.max(cusums[j] ?? 0, 0) + failures * rise - trials * cost),
    );
    logValue = logMeanExp(cusums);
    since = logValue >= logThreshold ? (since ?? at) : undefined;
  }
  return { logValue, since };
}

function checked(sample: Sample): Sample {
  checkCount('failures', sample.failures);
  checkCount('trials that did not fail', sample.trials - sample.failures);
  return sample;
}

/** Wilson's upper bound of a share, `z` standard errors up. 1 for no trials: nothing is known. */
export function wilsonUpper(failures: number, trials: number, z: number): number {
  if (trials === 0) return 1;
  const share = failures / trials;
  const slack = (z * z) / trials;
  const spread = z * Math.sqrt((share * (1 - share)) / trials + slack / (4 * trials));
  return Math.min(1, (share + slack / 2 + spread) / (1 + slack));
}
