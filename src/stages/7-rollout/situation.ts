import type { Observation, RolloutPlan, RolloutStep } from '../../domain/rollout.ts';
import { type Findings, findings } from './findings.ts';

export type AnalyzeInput = {
  readonly plan: RolloutPlan;
  /** Index of the current step in the plan. */
  readonly step: number;
  /** When the current step began. */
  readonly stepSince: Date;
  /** A person holds the step: it has no time limit. */
  readonly held: boolean;
  /** A person advanced the step: it needs no bake. */
  readonly skipBake: boolean;
  /** undefined: the witness gave none. */
  readonly observation: Observation | undefined;
  /** The epoch of the rollout's first observation; undefined: there was none yet. */
  readonly epochAtStart: string | undefined;
  readonly now: Date;
  /** Traffic or an observation older than this proves nothing about now. */
  readonly staleAfterSeconds: number;
  /** What was counted; undefined: users, as the router counts. Requests are no coins: see recorded/of-requests.ts. */
  readonly unit?: Unit;
};

export type Unit = 'user' | 'request';

/** All that the rules look at. */
export type Situation = AnalyzeInput & {
  readonly current: RolloutStep;
  readonly elapsedSeconds: number;
  /** undefined: there is no observation. */
  readonly findings: Findings | undefined;
};

export function situationOf(input: AnalyzeInput): Situation {
  const { plan, step, observation, now } = input;
  const current = plan.steps[step];
  if (current === undefined) throw new RangeError(`the plan has no step ${step}`);
  return {
    ...input,
    current,
    elapsedSeconds: (now.getTime() - input.stepSince.getTime()) / 1000,
    findings: observation === undefined ? undefined : findings(plan, step, observation),
  };
}
