import { latencyQuantile } from '../../domain/latency.ts';
import type { Observation, OutcomeClass, RolloutPlan, StepTally } from '../../domain/rollout.ts';
import { type LatencyTally, logEvidenceOfSlowing, toleratedBuckets } from '../../stats/latency-shift.ts';
import { logEvidenceOfSafety } from '../../stats/non-inferiority.ts';
import { logEvidenceOfMismatch } from '../../stats/ratio-mismatch.ts';
import { type CoinTally, logEvidenceOfExcess, logEvidenceOfShortfall } from '../../stats/tilted-coin.ts';
import { bucketSums, bucketTallies, chanceOf, rollbackThreshold, sums } from './coins.ts';
import type { Test } from './decision.ts';
import { type MetricFinding, metricFindings } from './metrics.ts';
import { type SharedHarm, sharedHarm } from './shared-harm.ts';

/** Everything that the counts say, before any rule is applied. */
export type Findings = {
  readonly rollback: { readonly [C in OutcomeClass]: Test };
  /** undefined: the plan does not ask for it. */
  readonly latency: Test | undefined;
  readonly metrics: readonly MetricFinding[];
  readonly promotion: Test;
  readonly assignment: Test;
  readonly activity: Test;
  readonly sharedHarm: SharedHarm;
  /** Users of this step to whom the canary has answered. */
  readonly canaryUnits: number;
};

export function findings(plan: RolloutPlan, step: number, observation: Observation): Findings {
  const tally = observation.steps.find((candidate) => candidate.step === step);
  return {
    rollback: {
      'server-error': rollbackTest(plan, observation.steps, 'server-error'),
      'client-error': rollbackTest(plan, observation.steps, 'client-error'),
    },
    latency: latencyTest(plan, observation),
    metrics: metricFindings(plan, observation.steps),
    promotion: promotionTest(plan, step, tally),
    assignment: assignmentTest(plan, tally),
    activity: activityTest(plan, observation.steps),
    sharedHarm: sharedHarm(plan, observation),
    canaryUnits: tally?.units.canary ?? 0,
  };
}

function rollbackTest(plan: RolloutPlan, steps: readonly StepTally[], outcome: OutcomeClass): Test {
  const coins = steps.flatMap((step) => errorCoins(step, outcome));
  return {
    logE: logEvidenceOfExcess(coins),
    logThreshold: rollbackThreshold(plan),
    counts: sums(coins),
  };
}

/** Who was seen to fail on baseline at one weight is on the canary at a higher one by a smaller chance than all others. */
function errorCoins({ weight, firstErrors, laterErrors }: StepTally, outcome: OutcomeClass): CoinTally[] {
  const later = laterErrors[outcome].map(({ after, canary, baseline }) => ({
    weight: chanceOf(weight, after),
    canary,
    baseline,
  }));
  return [{ weight, ...firstErrors[outcome] }, ...later];
}

function latencyTest(plan: RolloutPlan, observation: Observation): Test | undefined {
  const { steps, latencyBounds, tolerated: divided = 1, usualWaits } = observation;
  if (plan.latency === undefined) return undefined;
  const logThreshold = rollbackThreshold(plan);
  const tallies = steps.flatMap(({ weight, latencies }) => bucketTallies(weight, latencies));
  if (tallies.length === 0) return { logE: 0, logThreshold, counts: {} };
  // What the witness has divided by is exact; whole buckets are moved by more than is left.
  const left = Math.max(1, plan.latency.tolerate / divided);
  const tolerated = tallies.map((tally) => ({
    ...tally,
    canary: toleratedBuckets(tally.canary, latencyBounds, left),
  }));
  const logE = logEvidenceOfSlowing(tolerated, latencyBounds, usualWaits);
  return { logE, logThreshold, counts: waits(tallies, latencyBounds, divided) };
}

/** How many waited, and how long half and all but a twentieth of them waited at most, in ms. */
function waits(tallies: readonly LatencyTally[], bounds: readonly number[], divided: number): Test['counts'] {
  const of = (arm: 'canary' | 'baseline') => {
    const factor = arm === 'canary' ? divided : 1;
    const all = bucketSums(tallies, arm, bounds.length + 1);
    const ms = (share: number) => {
      const bound = latencyQuantile(share, all, bounds);
      return bound === undefined
        ? {}
        : { [`${arm}P${100 * share}`]: Math.round(1000 * factor * Math.min(bound, 3600)) };
    };
    return { [arm]: all.reduce((sum, count) => sum + count, 0), ...ms(0.5), ...ms(0.95) };
  };
  return { ...of('canary'), ...of('baseline') };
}

function promotionTest(plan: RolloutPlan, step: number, tally: StepTally | undefined): Test {
  const margin = plan.steps[step]?.exclude;
  if (margin === undefined) throw new RangeError(`the plan has no step ${step}`);
  const logThreshold = -Math.log(plan.beta);
  if (tally === undefined) return { logE: 0, logThreshold, counts: {} };
  const unanswered = unansweredExcess(tally);
  const canary = tally.failingUnits.canary + unanswered;
  const canaryUnits = tally.units.canary + unanswered;
  const failing = { weight: tally.weight, canary, baseline: tally.failingUnits.baseline };
  return {
    logE: logEvidenceOfSafety({ failing, canaryUnits, margin, ceiling: plan.ceiling }),
    logThreshold,
    counts: { ...sums([failing]), canaryUnits, unanswered },
  };
}

/**
 * A canary that hangs has not failed yet, and would look good until the first time-out.
 * So the canary's users who wait beyond their share of all who wait count as failing. This only lowers the e-value.
 */
function unansweredExcess({ weight, assigned, units }: StepTally): number {
  const canary = Math.max(0, assigned.canary - units.canary);
  const baseline = Math.max(0, assigned.baseline - units.baseline);
  return Math.max(0, Math.ceil(canary - (baseline * weight) / (1 - weight)));
}

/** Each step is a test of its own (sticky users come again), so each needs steps / alpha. */
function assignmentTest(plan: RolloutPlan, tally: StepTally | undefined): Test {
  const logThreshold = Math.log(plan.steps.length / plan.alpha);
  if (tally === undefined) return { logE: 0, logThreshold, counts: {} };
  const coin = { weight: tally.weight, ...tally.assigned };
  return { logE: logEvidenceOfMismatch(coin), logThreshold, counts: sums([coin]) };
}

/** A user is first exposed in one step only, so the steps are one process. */
function activityTest(plan: RolloutPlan, steps: readonly StepTally[]): Test {
  const coins = steps.map((step) => ({ weight: step.weight, ...step.returned }));
  return { logE: logEvidenceOfShortfall(coins), logThreshold: -Math.log(plan.alpha), counts: sums(coins) };
}
