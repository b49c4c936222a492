import type { RolloutPlan } from '../../src/domain/rollout.ts';
import { type Background, demoWorld, type World } from '../demo-statistics/setting.ts';

/** By the seed of the rollout. */
export type Worlds = (seed: number) => World;

/** The demo's plan, with ten minutes for each step: a service of which little fails takes longer to tell. */
export const plan: RolloutPlan = {
  ...demoWorld.plan,
  steps: demoWorld.plan.steps.map((step) => ({ ...step, limitSeconds: 600 })),
};

/** The same, with less of the users at first, and what is excluded there by so much looser: as many may be harmed by it. */
export function planFrom(weight: number): RolloutPlan {
  const [first, ...rest] = plan.steps;
  if (first === undefined) throw new Error('the plan has no step');
  const exclude = (first.exclude * first.weight) / weight;
  return { ...plan, steps: [{ ...first, weight, exclude }, ...rest] };
}

/** Seconds that each step lasts at least. */
export const patience: readonly number[] = [30, 20, 10];

/** As it comes. */
export const planOfSlow: RolloutPlan = { ...plan, latency: { tolerate: 1.4, warmUpSeconds: 10 } };

/** For a version that is warm before it meets anybody, and where a minute more is no matter: what is little slower takes that long to show. */
export function patientPlan(tolerate: number, bakes = patience): RolloutPlan {
  const steps = plan.steps.map((step, at) => ({ ...step, bakeSeconds: bakes[at] ?? step.bakeSeconds }));
  return { ...plan, steps, latency: { tolerate, warmUpSeconds: 0 } };
}

const failing = (proneFails: number, othersFail: number): Background => ({
  proneUsers: 0.02,
  proneFails,
  othersFail,
});
const usual = failing(0.1, 0.001);
const services = [failing(0.005, 0.0001), usual, failing(0.3, 0.004), failing(0.6, 0.02)];

export function oneService(own: RolloutPlan = plan): Worlds {
  return () => ({ plan: own, background: usual, incidentsPerHour: 0 });
}

export const fourServices: Worlds = (seed) => ({
  plan,
  background: services[seed % services.length] ?? usual,
  incidentsPerHour: 1,
});
