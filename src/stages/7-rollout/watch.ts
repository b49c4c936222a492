import { alarmSeconds, type Observation, type Totals, type WatchPlan } from '../../domain/rollout.ts';
import { detectRise } from '../../stats/change-detector.ts';
import { chance } from './sentences.ts';
import { toleratedLevel } from './shared-harm.ts';

const secondsOfMonth = 30 * 24 * 3600;

export type WatchInput = {
  readonly plan: WatchPlan;
  /** The share of failing users that stands in where too little was seen before the rollout. */
  readonly ceiling: number;
  readonly before: Observation['before'];
  readonly totals: Totals;
  /** When everybody got the new version. */
  readonly since: Date;
  readonly now: Date;
};

export type WatchDecision = {
  readonly kind: 'continue' | 'rollback' | 'over';
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
 * What to do with a version that everybody has. Nobody is left to compare with, so this is the guard against shared harm, gone on:
 * an alarm that lasts takes the version back, because it is what changed last. Formula and bound: docs/statistics.md.
 */
export function judgeWatch({ plan, ceiling, before, totals, since, now }: WatchInput): WatchDecision {
  const { level } = toleratedLevel(ceiling, before);
  const samples = samplesSince(totals, since);
  const threshold = Math.log(secondsOfMonth / plan.falseAlarmsPerMonth);
  const detection = detectRise(samples, level, threshold);
  const sum = (of: 'trials' | 'failures') => samples.reduce((total, sample) => total + sample[of], 0);
  const [users, failingUsers] = [sum('trials'), sum('failures')];
  const evidence = { value: detection.logValue, threshold, level, users, failingUsers };
  const last = samples.at(-1)?.at.getTime();
  const lasted =
    detection.since === undefined || last === undefined ? 0 : (last - detection.since.getTime()) / 1000;
  if (detection.since !== undefined && lasted >= alarmSeconds) {
    const reason = `Since everybody has the new version more users fail than before the rollout (tolerated: ${chance(level)}), for ${lasted} s: it is taken back, as what changed last.`;
    return { kind: 'rollback', reason, evidence };
  }
  const elapsed = (now.getTime() - since.getTime()) / 1000;
  // Written so that a time that is not a number goes on, and an alarm that has just begun is waited for.
  const isOver = elapsed >= plan.seconds && detection.since === undefined;
  const seen = users === 0 ? 'no user was seen' : 'no more users fail than before';
  return isOver
    ? { kind: 'over', reason: `Watched for ${Math.round(elapsed)} s: ${seen}.`, evidence }
    : { kind: 'continue', reason: `Everybody has it; it is watched for ${plan.seconds} s.`, evidence };
}

function samplesSince({ from, users, failingUsers }: Totals, since: Date) {
  const first = new Date(from).getTime();
  return users
    .map((trials, at) => ({ at: new Date(first + 1000 * at), trials, failures: failingUsers[at] ?? trials }))
    .filter(({ at }) => at >= since);
}
