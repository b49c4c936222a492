import type { LatencyPlan, RolloutPlan, WatchPlan } from '../domain/rollout.ts';
import type { FrontDoorCommands, ServiceSpec } from '../ports/runtime.ts';
import type { Config, ServiceConfig } from './schema.ts';

type Latency = NonNullable<Config['rollout']['latency']>;
type Watch = NonNullable<Config['rollout']['watch']>;

export function rolloutPlan(config: Pick<Config, 'rollout'>): RolloutPlan {
  const { alpha, beta, ceiling, latency, watch, metrics, harmBudget, steps } = config.rollout;
  return {
    alpha,
    beta,
    ceiling,
    ...(latency === null ? {} : { latency: latencyPlan(latency) }),
    ...(metrics.length === 0 ? {} : { metrics }),
    ...(watch === null ? {} : { watch: watchPlan(watch) }),
    steps: steps.map((step) => ({
      weight: step.share,
      exclude: step.exclude ?? excludedAt(step.share, harmBudget),
      limitSeconds: step.limit,
      bakeSeconds: step.bake,
    })),
  };
}

function latencyPlan({ tolerate, warmUp }: Latency): LatencyPlan {
  return { tolerate, warmUpSeconds: warmUp ?? 0 };
}

function watchPlan({ for: seconds, falseAlarmsPerMonth, trial }: Watch): WatchPlan {
  return { seconds, falseAlarmsPerMonth, ...(trial === null ? {} : { trialSeconds: trial }) };
}

const leastExclude = 2;

/**
 * A canary m times as bad as baseline, at the weight w, fails w (m - 1) of baseline's failures more. So m = 1 + budget / w must be
 * excluded before more users meet it; never less than 2, which no share of users could tell in reasonable time.
 */
export function excludedAt(weight: number, harmBudget: number): number {
  return Math.max(leastExclude, 1 + harmBudget / weight);
}

/** A service that the schema let through is run one way or the other. */
export function serviceSpec(service: ServiceConfig): ServiceSpec {
  const { name, command, env, secretFiles, health, instances, memoryMiB, processes, graceSeconds } = service;
  const warmUp = service.warmUp === null ? {} : { warmUp: service.warmUp };
  const common = { name, health, ...warmUp, instances, graceSeconds };
  if (command !== null) return { ...common, command, env, secretFiles, memoryMiB, processes };
  if (service.runtime === null) throw new Error('a service has a command or a runtime');
  const { ramp: _, witness: __, ...commands } = service.runtime.command;
  return { ...common, commands };
}

/** undefined: users come through the router. */
export function frontDoorCommands({
  runtime,
}: Pick<ServiceConfig, 'runtime'>): FrontDoorCommands | undefined {
  if (runtime === null) return undefined;
  const { ramp, witness, settings, secretFiles, timeoutSeconds } = runtime.command;
  if (ramp === null || witness === null) return undefined;
  return { ramp, witness, settings, secretFiles, timeoutSeconds };
}
