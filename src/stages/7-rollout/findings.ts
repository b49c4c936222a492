import type { Observation, OutcomeClass, RolloutPlan, StepTally } from '../../domain/rollout.ts';
import { outcomeClasses } from '../../domain/rollout.ts';
import { logEvidenceOfSafety } from '../../stats/non-inferiority.ts';
import { logEvidenceOfMismatch } from '../../stats/ratio-mismatch.ts';
import { type CoinTally, logEvidenceOfExcess, logEvidenceOfShortfall } from '../../stats/tilted-coin.ts';
import { type SharedHarm, sharedHarm } from './shared-harm.ts';

/** A log e-value, the bar at which it decides, and what it was computed from. */
export type Test = {
  readonly logE: number;
  readonly logThreshold: number;
  readonly counts: Readonly<Record<string, number>>;
};

/** Everything that the counts say, before any rule is applied. */
export type Findings = {
  readonly rollback: { readonly [C in OutcomeClass]: Test };
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
    promotion: promotionTest(plan, step, tally),
    assignment: assignmentTest(plan, tally),
    activity: activityTest(plan, observation.steps),
    sharedHarm: sharedHarm(plan, observation),
    canaryUnits: tally?.units.canary ?? 0,
  };
}

/** Outcomes reveal the same assignment, so they share alpha: each needs outcomes / alpha. */
function rollbackTest(plan: RolloutPlan, steps: readonly StepTally[], outcome: OutcomeClass): Test {
  const coins = steps.flatMap((step) => errorCoins(step, outcome));
  return {
    logE: logEvidenceOfExcess(coins),
    logThreshold: Math.log(outcomeClasses.length / plan.alpha),
    counts: sums(coins),
  };
}

/** Who was seen to fail on baseline at one weight is on the canary at a higher one by a smaller chance than all others. */
function errorCoins({ weight, firstErrors, laterErrors }: StepTally, outcome: OutcomeClass): CoinTally[] {
  const later = laterErrors[outcome].map(({ after, canary, baseline }) => ({
    weight: (weight - after) / (1 - after),
    canary,
    baseline,
  }));
  return [{ weight, ...firstErrors[outcome] }, ...later];
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

/** `expectedCanary`: what the weights alone would give the canary. */
function sums(coins: readonly CoinTally[]): {
  canary: number;
  baseline: number;
  expectedCanary: number;
} {
  const total = { canary: 0, baseline: 0, expectedCanary: 0 };
  for (const { weight, canary, baseline } of coins) {
    total.canary += canary;
    total.baseline += baseline;
    total.expectedCanary += weight * (canary + baseline);
  }
  return total;
}
