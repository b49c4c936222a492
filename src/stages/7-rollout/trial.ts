import { flagKey, type RolloutPlan } from '../../domain/rollout.ts';
import type { Exposure } from '../../domain/stage.ts';
import { type Alarm, begun, type Cleared, type Position, type Trial } from './position.ts';
import { toleratedLevel } from './shared-harm.ts';

/** Of one watch: an alarm after them takes the version back, whoever is to blame. */
export const mostTrials = 2;
/** Where evidence comes soonest. */
const weight = 0.5;
/** Of a plan without steps, which there is none. */
const usualExclude = 2;

type Opening = {
  readonly alarm: Alarm;
  readonly service: string;
  readonly nonce: string;
  /** Of the rollout until now. */
  readonly earlier: Exposure;
  readonly now: Date;
};

/** undefined: none is opened, because the plan wants none or they are used up. */
export function trialAt(
  position: Position,
  { alarm, service, nonce, earlier, now }: Opening,
): Trial | undefined {
  const plan = planOfTrial(position);
  const number = trialsOf(position) + 1;
  if (plan === undefined || number > mostTrials) return undefined;
  const flag = flagKey(service, nonce);
  const start = begun(undefined, { nonce, flag, plan, earlier, now });
  // What failed just before the trial is the alarm's own harm, and not what is usual.
  return { ...start, before: position.before, alarm, number, harmMet: false, verdict: null };
}

export function trialsOf({ cleared }: Position): number {
  return cleared?.trials ?? 0;
}

/** Alpha and beta once more for all trials of a watch together; what is usual stands in for the ceiling, as an alarm says that it was left. */
function planOfTrial({ plan, before }: Position): RolloutPlan | undefined {
  const limitSeconds = plan.watch?.trialSeconds;
  if (limitSeconds === undefined) return undefined;
  const exclude = plan.steps.at(-1)?.exclude ?? usualExclude;
  return {
    ...plan,
    alpha: plan.alpha / mostTrials,
    beta: plan.beta / mostTrials,
    ceiling: toleratedLevel(plan.ceiling, before).level,
    steps: [{ weight, exclude, limitSeconds, bakeSeconds: 0 }],
  };
}

/** A trial that met no harm to compare clears once only: the next alarm decides by time, or harm at full share alone would return for ever. */
export function clearedBy(position: Position, trial: Trial, now: Date): Cleared {
  const took = (now.getTime() - Date.parse(trial.since)) / 1000;
  return {
    trials: trial.harmMet ? trial.number : mostTrials,
    at: now.toISOString(),
    seconds: (position.cleared?.seconds ?? 0) + took,
  };
}
