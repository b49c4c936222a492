import { latencyQuantile } from '../../domain/latency.ts';
import { type MetricPlan, metricBounds } from '../../domain/metric.ts';
import type { RolloutPlan, StepTally } from '../../domain/rollout.ts';
import { type LatencyTally, logEvidenceOfSlowing, toleratedBuckets } from '../../stats/latency-shift.ts';
import { type CoinTally, logEvidenceOfExcess, logEvidenceOfShortfall } from '../../stats/tilted-coin.ts';
import { bucketSums, bucketTallies, rollbackThreshold, sums } from './coins.ts';
import type { Test } from './decision.ts';

/** What one metric says of the canary. */
export type MetricFinding = {
  readonly plan: MetricPlan;
  /** Whether it is worse; who reports good things on baseline and nothing on the canary counts as worse off. */
  readonly rollback: Test;
  /** False: the witness does not count it, so nothing is known of it. */
  readonly isCounted: boolean;
  /** False: nobody has reported it, of either arm. Of a rate that harms when it rises that is how it should be, so there it is true. */
  readonly isReported: boolean;
};

export function metricFindings(plan: RolloutPlan, steps: readonly StepTally[]): readonly MetricFinding[] {
  return (plan.metrics ?? []).map((metric) => {
    const own = steps.map(({ weight, metrics }) => {
      const tally = metrics?.find(({ name }) => name === metric.name);
      return { weight, coins: tally?.coins, bounds: tally?.bounds };
    });
    const tallies = own.flatMap(({ weight, coins = [] }) => bucketTallies(weight, coins));
    const bounds = own.find((step) => step.bounds !== undefined)?.bounds ?? metricBounds[metric.kind];
    return {
      plan: metric,
      rollback: { ...worse(metric, tallies, bounds), logThreshold: rollbackThreshold(plan) },
      isCounted: own.every(({ coins }) => coins !== undefined),
      isReported: isReported(metric, tallies.map(total)),
    };
  });
}

/** Silence of the canary alone is what `rollback` finds; of everybody, it may be a slip of the pen, or a service that is not instrumented. */
function isReported({ kind, worse: harm }: MetricPlan, tallies: readonly CoinTally[]): boolean {
  if (kind === 'rate' && harm === 'higher') return true;
  const { canary, baseline } = sums(tallies);
  return canary + baseline > 0;
}

type Shown = Omit<Test, 'logThreshold'>;

function worse(metric: MetricPlan, tallies: readonly LatencyTally[], bounds: readonly number[]): Shown {
  if (metric.kind === 'rate') {
    const coins = tallies.map(total);
    const logE = metric.worse === 'higher' ? logEvidenceOfExcess(coins) : logEvidenceOfShortfall(coins);
    return { logE, counts: sums(coins) };
  }
  const counts = { ...sums(tallies.map(total)), ...middles(tallies, bounds) };
  if (tallies.length === 0) return { logE: 0, counts };
  const turned = metric.worse === 'higher' ? { tallies, bounds } : reversed(tallies, bounds);
  const tolerated = turned.tallies.map((tally) => ({
    ...tally,
    canary: toleratedBuckets(tally.canary, turned.bounds, metric.tolerate),
  }));
  return { logE: logEvidenceOfSlowing(tolerated, turned.bounds), counts };
}

/** What is small where less is harm comes last, as what is slow does. */
function reversed(tallies: readonly LatencyTally[], bounds: readonly number[]) {
  return {
    bounds: bounds.map((bound) => 1 / bound).toReversed(),
    tallies: tallies.map(({ weight, canary, baseline }) => ({
      weight,
      canary: canary.toReversed(),
      baseline: baseline.toReversed(),
    })),
  };
}

function total({ weight, canary, baseline }: LatencyTally): CoinTally {
  const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0);
  return { weight, canary: sum(canary), baseline: sum(baseline) };
}

/** The bound that half of each arm's reports are not above. */
function middles(tallies: readonly LatencyTally[], bounds: readonly number[]): Test['counts'] {
  const of = (arm: 'canary' | 'baseline') => {
    const middle = latencyQuantile(0.5, bucketSums(tallies, arm, bounds.length + 1), bounds);
    return middle === undefined || middle === Infinity
      ? {}
      : { [`${arm}P50`]: Number(middle.toPrecision(3)) };
  };
  return { ...of('canary'), ...of('baseline') };
}
