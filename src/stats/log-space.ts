/** log(sum of exp) without overflow; -Infinity for no terms. */
export function logSumExp(terms: readonly number[]): number {
  let max = -Infinity;
  for (const term of terms) max = Math.max(max, term);
  if (max === -Infinity) return -Infinity;
  let sum = 0;
  for (const term of terms) sum += Math.exp(term - max);
  return max + Math.log(sum);
}

/** The log of the average of e-values that are given as logs: an average of e-values is an e-value. */
export function logMeanExp(terms: readonly number[]): number {
  return logSumExp(terms) - Math.log(terms.length);
}

export function logOdds(share: number): number {
  return Math.log(share) - Math.log1p(-share);
}

/** log(1 + e^x) without overflow: minus the log of the share whose log-odds are -x. */
export function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}

/** log Γ(x), x > 0: Stirling's series (DLMF 5.11.1) above 12, reached by the recurrence. Relative error below 1e-14. */
export function logGamma(x: number): number {
  let shift = 0;
  let y = x;
  while (y < 12) {
    shift += Math.log(y);
    y += 1;
  }
  const inverse = 1 / (y * y);
  const series =
    (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))) / y;
  return (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}
