import type { RolloutPlan, RolloutStep, Totals } from '../../domain/rollout.ts';
import { logEvidenceOfSafety } from '../../stats/non-inferiority.ts';
import { type CoinTally, logEvidenceOfExcess } from '../../stats/tilted-coin.ts';
import { planOfStart } from './analysis-input.ts';
import { rollbackThreshold } from './coins.ts';

/** What comes to the service now. */
export type Traffic = {
  readonly usersPerSecond: number;
  /** Of users, in their first request of a step. */
  readonly failingShare: number;
  /** Users cannot be told apart: requests stand in their place, and nothing is promoted. */
  readonly requests?: true;
};

export type StepForecast = Pick<RolloutStep, 'weight' | 'exclude'> & {
  /** Of both versions, until a canary that is as good as baseline passes; null: it would not within the step's limit. */
  readonly users: number | null;
  /** At least: as if each second brought users who are new to the step. */
  readonly seconds: number | null;
  /** Users of the canary whom a fault harms in it, at worst: of those that do not pass every step. */
  readonly harmed: number;
};

export type Forecast = {
  readonly traffic: Traffic;
  readonly steps: readonly StepForecast[];
  /** Until everybody has it; null: a healthy canary would be held. */
  readonly seconds: number | null;
  /** Over all steps, by the worst of all faults that do not pass: so many times as many users fail. */
  readonly worst: { readonly times: number; readonly harmed: number };
};

/** Times as bad as baseline: from what is hardly worse to a version that fails everybody. */
const faults = Array.from({ length: 40 }, (_, j) => 1.2 * 1.15 ** j);
const mostUsers = 1e9;

/**
 * What a rollout will take, and what it may cost, before it begins: how far the very tests of the rollout would have come after so many
 * users, had exactly the expected share of them failed. A half of all rollouts take longer.
 */
export function forecast(plan: RolloutPlan, traffic: Traffic, lookSeconds: number): Forecast {
  const begun = planOfStart(plan, 1);
  const steps = begun.steps.map((step) => healthyStep(begun, step, traffic));
  const all = [...faults, 1 / traffic.failingShare].filter((times) => times * traffic.failingShare <= 1);
  const courses = all.map((times) => courseOf(begun, { traffic, times, lookSeconds }));
  const total = ({ harmed }: Course) => harmed.reduce((sum, count) => sum + count, 0);
  const stopped = courses.filter(({ passes }) => !passes).toSorted((a, b) => total(b) - total(a));
  const worstIn = (at: number) => Math.max(0, ...stopped.map(({ harmed }) => harmed[at] ?? 0));
  const [worst] = stopped;
  return {
    traffic,
    steps: steps.map((step, at) => ({ ...step, harmed: worstIn(at) })),
    seconds: steps.reduce<number | null>(
      (sum, { seconds }) => (sum === null || seconds === null ? null : sum + seconds),
      0,
    ),
    worst: worst === undefined ? { times: 1, harmed: 0 } : { times: worst.times, harmed: total(worst) },
  };
}

/** undefined: nobody came, so nothing can be said. A service that never failed is taken to fail as rarely as could go unseen. */
export function trafficOf({ users, failingUsers, unit }: Totals): Traffic | undefined {
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const all = sum(users);
  if (all === 0) return undefined;
  const failingShare = Math.min(0.5, Math.max(1, sum(failingUsers)) / all);
  const requests = unit === 'request' ? ({ requests: true } as const) : {};
  return { usersPerSecond: all / users.length, failingShare, ...requests };
}

function healthyStep(plan: RolloutPlan, step: RolloutStep, traffic: Traffic): Omit<StepForecast, 'harmed'> {
  const { weight, exclude, bakeSeconds, limitSeconds } = step;
  const users = leastUsers((count) => passes(plan, step, failing(step, traffic, 1, count)));
  const seconds = Math.max(bakeSeconds, users / traffic.usersPerSecond);
  return seconds > limitSeconds || traffic.requests
    ? { weight, exclude, users: null, seconds: null }
    : { weight, exclude, users, seconds };
}

type Course = {
  readonly times: number;
  /** By step, until one ends it. */
  readonly harmed: readonly number[];
  /** Every step lets it by: what no step excludes. */
  readonly passes: boolean;
};

type Fault = { readonly traffic: Traffic; readonly times: number; readonly lookSeconds: number };

function courseOf(plan: RolloutPlan, { traffic, times, lookSeconds }: Fault): Course {
  const seen: CoinTally[] = [];
  const harmed: number[] = [];
  const excess = Math.min(1, times * traffic.failingShare) - traffic.failingShare;
  for (const step of plan.steps) {
    const { weight, bakeSeconds, limitSeconds } = step;
    const counted = (count: number) => failing(step, traffic, times, count);
    const least = bakeSeconds * traffic.usersPerSecond;
    const passed = Math.max(
      least,
      leastUsers((count) => passes(plan, step, counted(count))),
    );
    const found = leastUsers((count) => isFound(plan, [...seen, counted(count).tally]));
    const until = Math.min(found, passed, limitSeconds * traffic.usersPerSecond);
    const late = lookSeconds * traffic.usersPerSecond;
    harmed.push((until + late) * weight * excess);
    if (passed > until) return { times, harmed, passes: false };
    seen.push(counted(until).tally);
  }
  return { times, harmed, passes: true };
}

type Failing = { readonly tally: CoinTally; readonly canaryUnits: number };

/** The expected counts after so many users of both versions. */
function failing({ weight }: RolloutStep, traffic: Traffic, times: number, users: number): Failing {
  const canaryUnits = Math.round(users * weight);
  const canary = Math.round(users * weight * Math.min(1, times * traffic.failingShare));
  const baseline = Math.round(users * (1 - weight) * traffic.failingShare);
  return { tally: { weight, canary, baseline }, canaryUnits };
}

function passes(plan: RolloutPlan, { exclude }: RolloutStep, { tally, canaryUnits }: Failing): boolean {
  const input = { failing: tally, canaryUnits, margin: exclude, ceiling: plan.ceiling };
  const isClear = logEvidenceOfExcess([tally]) < -Math.log(plan.alpha) / 2;
  return isClear && logEvidenceOfSafety(input) >= -Math.log(plan.beta);
}

function isFound(plan: RolloutPlan, tallies: readonly CoinTally[]): boolean {
  return logEvidenceOfExcess(tallies) >= rollbackThreshold(plan);
}

/** Infinity: not even with more users than there are. */
function leastUsers(holds: (users: number) => boolean): number {
  let high = 16;
  while (!holds(high)) {
    high *= 2;
    if (high > mostUsers) return Number.POSITIVE_INFINITY;
  }
  let low = high / 2;
  while (high - low > Math.max(1, high / 1000)) {
    const middle = Math.round((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
