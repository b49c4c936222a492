import type { Observation, RolloutPlan } from '../../domain/rollout.ts';
import { holdOn, type Position } from './position.ts';
import { widened } from './recorded/of-requests.ts';
import type { RolloutSettings } from './settings.ts';
import type { AnalyzeInput } from './situation.ts';

export function analysisInput(
  position: Position,
  settings: RolloutSettings,
  observation: Observation | undefined,
  now: Date,
): AnalyzeInput {
  const plan = planOfStart(position.plan, position.starts);
  const requests = observation?.requests;
  return {
    plan: requests === undefined ? plan : widened(plan, requests.calibration ?? undefined),
    step: position.step,
    stepSince: new Date(position.stepSince),
    held: holdOn(position, true) !== undefined,
    skipBake: position.skipBake,
    observation: observation && { ...observation, before: milder(position.before, observation.before) },
    epochAtStart: position.epoch ?? undefined,
    now,
    staleAfterSeconds: settings.staleAfterSeconds,
    ...(requests === undefined ? {} : { unit: 'request' }),
  };
}

/** Of alpha and beta: the first start may spend this much, and each further one half of what is left. */
const firstShare = 0.8;

/** Each start tests anew, with fresh users: so that all of them together keep alpha and beta, each gets a part. */
export function planOfStart(plan: RolloutPlan, start: number): RolloutPlan {
  const share = start <= 1 ? firstShare : (1 - firstShare) * 0.5 ** (start - 1);
  return { ...plan, alpha: plan.alpha * share, beta: plan.beta * share };
}

/** The level at which less failed: what a canary of ours harmed meanwhile is not what is usual. */
function milder(first: Observation['before'], now: Observation['before']): Observation['before'] {
  if (first === null || now === null) return first ?? now;
  return first.failingUsers * now.users <= now.failingUsers * first.users ? first : now;
}
