import { alarmSeconds, type Observation, type RolloutPlan } from '../../domain/rollout.ts';
import { type Detection, detectRise, wilsonUpper } from '../../stats/change-detector.ts';

/** Odds of failing that are still no incident, over what was seen before: users come in bursts, and so do their failures. */
const toleratedRise = 1.5;
/** Without a level from before the rollout, so many seconds of traffic must be seen before exposure may rise. */
const secondsToTell = 10;

export type SharedHarm = {
  readonly detection: Detection;
  readonly logThreshold: number;
  /** The share of failing users above which it is harm. */
  readonly level: number;
  /** `ceiling`: too little was seen before the rollout, so the plan's ceiling stands in. */
  readonly source: 'before' | 'ceiling';
  /** How long the alarm has stood; undefined: it does not stand. */
  readonly lastedSeconds: number | undefined;
  /** Enough was seen to say that there is no harm. */
  readonly tells: boolean;
};

/**
 * Harm to both arms, which no comparison of the two can see: the total of failing users against the level before.
 * A false alarm in the whole rollout has a chance of at most alpha while each second's users fail at most at `level`.
 */
export function sharedHarm(plan: RolloutPlan, observation: Observation): SharedHarm {
  const { level, source } = toleratedLevel(plan.ceiling, observation.before);
  const longest = plan.steps.reduce((sum, step) => sum + step.limitSeconds, 0);
  const logThreshold = Math.log(Math.max(1, longest) / plan.alpha);
  const detection = detectRise(observation.seconds.map(sampleOf), level, logThreshold);
  const busy = observation.seconds.filter((second) => second.users > 0).length;
  return {
    detection,
    logThreshold,
    level,
    source,
    lastedSeconds: lasted(observation, detection),
    tells: source === 'before' || busy >= secondsToTell,
  };
}

export function isIncident(harm: SharedHarm): boolean {
  return harm.lastedSeconds !== undefined && harm.lastedSeconds >= alarmSeconds;
}

/**
 * 1.5 times the odds of what was seen before, upper bound (3 sigma); but where so little was seen that the bound is loose,
 * not above the ceiling, unless the service itself already failed more than that.
 */
export function toleratedLevel(
  ceiling: number,
  before: Observation['before'],
): { level: number; source: 'before' | 'ceiling' } {
  if (before === null || before.users === 0) return { level: ceiling, source: 'ceiling' };
  const upper = riseOf(wilsonUpper(before.failingUsers, before.users, 3));
  const loosest = Math.max(ceiling, riseOf(before.failingUsers / before.users));
  return upper <= loosest ? { level: upper, source: 'before' } : { level: loosest, source: 'ceiling' };
}

/** The share whose odds are `toleratedRise` times as high; kept below 1, where nothing could exceed it. */
function riseOf(share: number): number {
  return Math.min(0.999, (toleratedRise * share) / (1 - share + toleratedRise * share));
}

function sampleOf(second: Observation['seconds'][number]) {
  return { at: new Date(second.at), trials: second.users, failures: second.failingUsers };
}

function lasted(observation: Observation, { since }: Detection): number | undefined {
  const last = observation.seconds.at(-1);
  if (since === undefined || last === undefined) return undefined;
  return (new Date(last.at).getTime() - since.getTime()) / 1000;
}
