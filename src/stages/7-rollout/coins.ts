import type { WaitTerms } from '../../domain/latency.ts';
import { type BucketCoins, outcomeClasses, type PerArm, type RolloutPlan } from '../../domain/rollout.ts';
import type { LatencyTally } from '../../stats/latency-shift.ts';
import type { CoinTally } from '../../stats/tilted-coin.ts';

/** What reveals the same assignment shares alpha: each outcome, latency and each metric that is looked at needs their number over alpha. */
export function rollbackThreshold({ alpha, latency, metrics = [] }: RolloutPlan): number {
  return Math.log((outcomeClasses.length + (latency === undefined ? 0 : 1) + metrics.length) / alpha);
}

/** undefined: the plan does not ask how long users wait, or is from before an upgrade: then the witness goes by `defaultWaitTerms`. */
export function waitTerms({ latency }: Pick<RolloutPlan, 'latency'>): WaitTerms | undefined {
  if (latency?.warmUpSeconds === undefined) return undefined;
  return { tolerate: latency.tolerate, warmUpSeconds: latency.warmUpSeconds };
}

/** Who was seen on baseline at the weight `after` is on the canary at a higher one by a smaller chance than who is new. */
export function chanceOf(weight: number, after: number): number {
  return (weight - after) / (1 - after);
}

export function bucketTallies(weight: number, coins: readonly BucketCoins[]): LatencyTally[] {
  return coins.map(({ after, canary, baseline }) => ({ weight: chanceOf(weight, after), canary, baseline }));
}

/** `expectedCanary`: what the weights alone would give the canary. */
export function sums(coins: readonly CoinTally[]): PerArm & { readonly expectedCanary: number } {
  const total = { canary: 0, baseline: 0, expectedCanary: 0 };
  for (const { weight, canary, baseline } of coins) {
    total.canary += canary;
    total.baseline += baseline;
    total.expectedCanary += weight * (canary + baseline);
  }
  return total;
}

/** Of one arm, by bucket. */
export function bucketSums(
  tallies: readonly LatencyTally[],
  arm: keyof PerArm,
  buckets: number,
): readonly number[] {
  return Array.from({ length: buckets }, (_, j) =>
    tallies.reduce((sum, tally) => sum + (tally[arm][j] ?? 0), 0),
  );
}
