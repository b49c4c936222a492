/** Of the judge NetflixACAJudge-v1.0: 98 % confidence, and a quarter of the estimate as what is tolerated. */
const quantile = 2.3263478740408408;
const tolerated = 0.25;

/**
 * Whether the canary's values are classified `High`: the lower end of the confidence interval of the shift is above what is tolerated of the
 * Hodges-Lehmann estimate, and the canary's mean is `allowedIncrease` times baseline's or more. By the normal approximation, as R's wilcox.test takes it from 50 values on.
 */
export function isHigher(
  canary: readonly number[],
  baseline: readonly number[],
  allowedIncrease = 1,
): boolean {
  const [n, m] = [canary.length, baseline.length];
  const rank = Math.max(0, Math.floor((n * m) / 2 - quantile * Math.sqrt((n * m * (n + m + 1)) / 12)));
  // The lower end is nothing or less, as nearly always where nothing is wrong: then no estimate is needed.
  if (notAbove(canary, baseline) > rank) return false;
  if (sumOf(canary) * m < allowedIncrease * sumOf(baseline) * n) return false;
  const differences = new Float64Array(n * m);
  let at = 0;
  for (const one of canary) for (const other of baseline) differences[at++] = one - other;
  differences.sort();
  return (differences[rank] ?? 0) > tolerated * Math.abs(medianOf(differences));
}

/** Of all pairs, those in which the canary's value is not above baseline's. */
function notAbove(canary: readonly number[], baseline: readonly number[]): number {
  const [ours, theirs] = [Float64Array.from(canary).sort(), Float64Array.from(baseline).sort()];
  let [pairs, below] = [0, 0];
  for (const other of theirs) {
    while (below < ours.length && (ours[below] ?? 0) <= other) below += 1;
    pairs += below;
  }
  return pairs;
}

function medianOf(sorted: Float64Array): number {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
