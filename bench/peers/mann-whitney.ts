/** Of the judge NetflixACAJudge-v1.0: 98 % confidence, and a quarter of the estimate as what is tolerated. */
const quantile = 2.3263478740408408;
const tolerated = 0.25;

/**
 * Whether the canary's values are classified `High`: the lower end of the confidence interval of the shift is above what is tolerated of the
 * Hodges-Lehmann estimate. By the normal approximation, as R's wilcox.test takes it from 50 values on.
 */
export function isHigher(canary: readonly number[], baseline: readonly number[]): boolean {
  const differences = new Float64Array(canary.length * baseline.length);
  let at = 0;
  for (const one of canary) for (const other of baseline) differences[at++] = one - other;
  differences.sort();
  const [n, m] = [canary.length, baseline.length];
  const rank = Math.floor((n * m) / 2 - quantile * Math.sqrt((n * m * (n + m + 1)) / 12));
  const lower = differences[Math.max(0, rank)] ?? 0;
  return lower > tolerated * Math.abs(medianOf(differences));
}

function medianOf(sorted: Float64Array): number {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
