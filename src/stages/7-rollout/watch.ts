import { alarmSeconds, type Observation, type Totals, type WatchPlan } from '../../domain/rollout.ts';
import { detectRise, type Sample } from '../../stats/change-detector.ts';
import type { Alarm } from './position.ts';
import { chance } from './sentences.ts';
import { toleratedLevel } from './shared-harm.ts';

const secondsOfMonth = 30 * 24 * 3600;

export type WatchInput = {
  readonly plan: WatchPlan;
  /** The share of failing users that stands in where too little was seen before the rollout. */
  readonly ceiling: number;
  readonly before: Observation['before'];
  readonly totals: Totals;
  /** When everybody got the new version; later by the time that trials took. */
  readonly since: Date;
  /** What was seen before this is looked at no more; absent: all from `since` on is. */
  readonly from?: Date;
  readonly now: Date;
};

export type WatchDecision = Standing &
  (
    | { readonly kind: 'continue' | 'over' }
    /** More users fail than before: nobody is left to compare with, so this blames nobody yet. */
    | { readonly kind: 'alarm'; readonly alarm: Alarm }
  );

type Standing = {
  /** One sentence. */
  readonly reason: string;
  /** The detector's log value and its bar, the tolerated share, and users by second, added up. */
  readonly evidence: {
    readonly value: number;
    readonly threshold: number;
    readonly level: number;
    readonly users: number;
    readonly failingUsers: number;
  };
};

/**
 * What a version does that everybody has. Nobody is left to compare with, so this is the guard against shared harm, gone on.
 * Formula and bound: docs/statistics.md.
 */
export function judgeWatch(input: WatchInput): WatchDecision {
  const { plan, ceiling, before, totals, since, from = since, now } = input;
  const { level } = toleratedLevel(ceiling, before);
  const samples = samplesSince(totals, from);
  const threshold = alarmBar(plan);
  const detection = detectRise(samples, level, threshold);
  const { users, failingUsers } = sums(samples);
  const evidence = { value: detection.logValue, threshold, level, users, failingUsers };
  const last = samples.at(-1)?.at.getTime();
  const lasted =
    detection.since === undefined || last === undefined ? 0 : (last - detection.since.getTime()) / 1000;
  if (detection.since !== undefined && lasted >= alarmSeconds) {
    const reason = `Since everybody has the new version more users fail than before the rollout (tolerated: ${chance(level)}), for ${lasted} s`;
    const alarm = { reason, share: shareSince(samples, detection.since) };
    return { kind: 'alarm', alarm, reason: `${reason}.`, evidence };
  }
  const elapsed = (now.getTime() - since.getTime()) / 1000;
  // Written so that a time that is not a number goes on, and an alarm that has just begun is waited for.
  const isOver = elapsed >= plan.seconds && detection.since === undefined;
  const seen = users === 0 ? 'no user was seen' : 'no more users fail than before';
  return isOver
    ? { kind: 'over', reason: `Watched for ${Math.round(elapsed)} s: ${seen}.`, evidence }
    : { kind: 'continue', reason: `Everybody has it; it is watched for ${plan.seconds} s.`, evidence };
}

/** Logarithm: an alarm's average time to come without harm is at least so many seconds. */
export function alarmBar({ falseAlarmsPerMonth }: WatchPlan): number {
  return Math.log(secondsOfMonth / falseAlarmsPerMonth);
}

export function sums(samples: readonly Sample[]) {
  const sum = (of: 'trials' | 'failures') => samples.reduce((total, sample) => total + sample[of], 0);
  return { users: sum('trials'), failingUsers: sum('failures') };
}

function shareSince(samples: readonly Sample[], since: Date): number {
  const { users, failingUsers } = sums(samples.filter(({ at }) => at >= since));
  return users === 0 ? 1 : failingUsers / users;
}

function samplesSince({ from, users, failingUsers }: Totals, since: Date): readonly Sample[] {
  const first = new Date(from).getTime();
  return users
    .map((trials, at) => ({ at: new Date(first + 1000 * at), trials, failures: failingUsers[at] ?? trials }))
    .filter(({ at }) => at >= since);
}
