import type { RolloutPlan } from '../domain/rollout.ts';
import type { ServiceSpec } from '../ports/runtime.ts';
import type { Config, ServiceConfig } from './schema.ts';

export function rolloutPlan(config: Pick<Config, 'rollout'>): RolloutPlan {
  const { alpha, beta, ceiling, latency, watch, metrics, steps } = config.rollout;
  return {
    alpha,
    beta,
    ceiling,
    ...(latency === null ? {} : { latency }),
    ...(metrics.length === 0 ? {} : { metrics }),
    ...(watch === null
      ? {}
      : { watch: { seconds: watch.for, falseAlarmsPerMonth: watch.falseAlarmsPerMonth } }),
    steps: steps.map((step) => ({
      weight: step.share,
      exclude: step.exclude,
      limitSeconds: step.limit,
      bakeSeconds: step.bake,
    })),
  };
}

export function serviceSpec(service: ServiceConfig): ServiceSpec {
  const { name, command, env, secretFiles, health, instances, memoryMiB, processes, graceSeconds } = service;
  return { name, command, env, secretFiles, health, instances, memoryMiB, processes, graceSeconds };
}
