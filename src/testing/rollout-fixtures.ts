import { latencyBounds } from '../domain/latency.ts';
import { noLaterErrors, type Observation, type RolloutPlan, type StepTally } from '../domain/rollout.ts';
import type { AnalyzeInput } from '../stages/7-rollout/situation.ts';

/** Made-up rollouts for the tests of a rollout. */

export const plan: RolloutPlan = {
  alpha: 0.001,
  beta: 0.05,
  ceiling: 0.05,
  steps: [
    { weight: 0.01, exclude: 20, limitSeconds: 45, bakeSeconds: 12 },
    { weight: 0.1, exclude: 3, limitSeconds: 60, bakeSeconds: 7 },
    { weight: 0.5, exclude: 2, limitSeconds: 60, bakeSeconds: 7 },
  ],
};
const start = Date.UTC(2026, 0, 1);
export const at = (seconds: number) => new Date(start + seconds * 1000);
export const arms = (canary: number, baseline: number) => ({ canary, baseline });

/** A step that went as it should: 1 % of the units fail in both arms. */
export function healthy(step: number, units: number): StepTally {
  const weight = plan.steps[step]?.weight ?? 0;
  const canary = Math.round(units * weight);
  const both = arms(canary, units - canary);
  const failing = arms(Math.round(canary / 100), Math.round((units - canary) / 100));
  const firstErrors = { 'server-error': failing, 'client-error': arms(0, 0) };
  const laterErrors = noLaterErrors;
  return {
    step,
    weight,
    firstErrors,
    laterErrors,
    units: both,
    failingUnits: failing,
    assigned: both,
    returned: both,
    latencies: [],
  };
}

export function busySeconds(count: number, failingUsers: number): Observation['seconds'] {
  return Array.from({ length: count }, (_, second) => ({
    at: at(second).toISOString(),
    users: 450,
    failingUsers,
  }));
}

export function observation(steps: readonly StepTally[], more: Partial<Observation> = {}): Observation {
  return {
    epoch: 'one',
    nonce: 'n',
    at: at(20).toISOString(),
    steps,
    latencyBounds,
    usersExposed: 0,
    usersErrored: 0,
    lastRequestAt: at(20).toISOString(),
    websocketsCut: 0,
    seconds: busySeconds(20, 4),
    before: { users: 27_000, failingUsers: 270, seconds: 60 },
    ...more,
  };
}

export function input(seen: Observation | undefined, more: Partial<AnalyzeInput> = {}): AnalyzeInput {
  return {
    plan,
    step: 0,
    stepSince: at(0),
    held: false,
    skipBake: false,
    observation: seen,
    epochAtStart: 'one',
    now: at(20),
    staleAfterSeconds: 5,
    ...more,
  };
}

export function second(when: number, failingUsers: number) {
  return { at: at(when).toISOString(), users: 450, failingUsers };
}
