import { alarmSeconds, type Observation } from '../../domain/rollout.ts';
import { detectRise, type Sample } from '../../stats/change-detector.ts';
import { informationOfPair } from '../../stats/coin-information.ts';
import { analyze, type Evidence, type RolloutDecision } from './analyze.ts';
import { rollbackThreshold } from './coins.ts';
import { type Findings, findings } from './findings.ts';
import type { Trial } from './position.ts';
import { fewestCanaryUnits } from './requirements.ts';
import { alarmBar, sums } from './watch.ts';

export type TrialInput = {
  readonly trial: Trial;
  /** undefined: the witness gave none. */
  readonly observation: Observation | undefined;
  /** Why it could not be asked; absent: it answered. */
  readonly unanswered?: string;
  readonly now: Date;
};

export type TrialDecision = {
  /** `rollback`: the comparison convicts it. `take-back`: nothing clears it. `clear`: everybody is given it again. */
  readonly kind: 'continue' | 'clear' | 'take-back' | 'rollback';
  /** One sentence. */
  readonly reason: string;
  readonly evidence: readonly Evidence[];
  /** Harm is there while the two are compared, or was. */
  readonly harmMet: boolean;
};

type Situation = TrialInput & {
  readonly analysis: RolloutDecision;
  /** undefined: there is no observation. */
  readonly findings: Findings | undefined;
  /** Of all users, since the trial began. */
  readonly seconds: readonly Sample[];
  /** They fail more than before the rollout, whichever version they have. */
  readonly isAlarmed: boolean;
};
type Ruling = Pick<TrialDecision, 'kind' | 'reason'>;
type Rule = (situation: Situation) => Ruling | undefined;

/** The first rule that answers decides: harm before doubt, doubt before what clears it. */
const rules: readonly Rule[] = [convicted, witnessLost, toldInPart, splitWrongly, usersLost, cleared, timeUp];

/**
 * What a trial of what everybody had says by now. Pure; docs/statistics.md has what it may claim. Only a comparison blames the version
 * by itself; where none can be made, or harm lasts for both, it is taken back by time, as what changed last.
 */
export function judgeTrial(input: TrialInput): TrialDecision {
  const situation = situationOf(input);
  const { analysis, isAlarmed, trial } = situation;
  const ruling = rules.reduce<Ruling | undefined>((found, rule) => found ?? rule(situation), undefined);
  return {
    ...(ruling ?? { kind: 'continue', reason: openingReason(trial) }),
    evidence: analysis.evidence,
    harmMet: trial.harmMet || isAlarmed,
  };
}

/** Whole sentence: what stands in `explain` while it lasts. */
export function openingReason({ alarm, number }: Trial): string {
  return `${alarm.reason}: half of the users are given the version before, to compare (trial ${number}).`;
}

function situationOf(input: TrialInput): Situation {
  const { trial, now } = input;
  // What the router calls usual is of the minute before the trial, in which harm was there already.
  const observation = input.observation && { ...input.observation, before: trial.before };
  const analysis = analyze({
    plan: trial.plan,
    step: 0,
    stepSince: new Date(trial.since),
    held: true,
    skipBake: false,
    observation,
    epochAtStart: trial.epoch ?? undefined,
    now,
    staleAfterSeconds: alarmSeconds,
  });
  const seconds = samplesOf(trial, observation);
  return {
    ...input,
    analysis,
    findings: observation && findings(trial.plan, 0, observation),
    seconds,
    isAlarmed: isAlarmed(trial, seconds),
  };
}

function samplesOf({ since }: Trial, observation: Observation | undefined): readonly Sample[] {
  return (observation?.seconds ?? [])
    .map(({ at, users, failingUsers }) => ({ at: new Date(at), trials: users, failures: failingUsers }))
    .filter(({ at }) => at >= new Date(since));
}

function isAlarmed({ plan }: Trial, seconds: readonly Sample[]): boolean {
  if (plan.watch === undefined) return true;
  return detectRise(seconds, plan.ceiling, alarmBar(plan.watch)).since !== undefined;
}

function convicted({ analysis, trial }: Situation): Ruling | undefined {
  if (analysis.kind !== 'rollback') return undefined;
  const reason = `${trial.alarm.reason}; half of the users were given the version before, and have it better. ${analysis.reason}`;
  return { kind: 'rollback', reason };
}

function witnessLost({ trial, observation, unanswered }: Situation): Ruling | undefined {
  if (unanswered !== undefined || trial.epoch === null || observation?.epoch === trial.epoch)
    return undefined;
  return takeBack(trial, 'the witness restarted, and lost what it had counted to compare');
}

function toldInPart({ trial, observation }: Situation): Ruling | undefined {
  if (observation?.gap === undefined) return undefined;
  return takeBack(trial, `what users met is not told whole (${observation.gap})`);
}

/** Written so that evidence that is not a number counts. */
function splitWrongly({ findings: found, trial }: Situation): Ruling | undefined {
  if (found === undefined || found.assignment.logE < found.assignment.logThreshold) return undefined;
  return takeBack(trial, 'users were not split by halves, so no comparison can be trusted');
}

function usersLost({ findings: found, trial }: Situation): Ruling | undefined {
  if (found === undefined || found.activity.logE < found.activity.logThreshold) return undefined;
  return takeBack(trial, 'users of the new version do not come back, where those of the other do');
}

function cleared(situation: Situation): Ruling | undefined {
  const { findings: found, trial } = situation;
  if (found === undefined || !isCalm(situation) || isSuspected(trial, found)) return undefined;
  if (found.canaryUnits < fewestCanaryUnits) return undefined;
  const asGood = found.promotion.logE >= found.promotion.logThreshold;
  if (!asGood && !wouldHaveConvicted(trial, found)) return undefined;
  const shown = asGood
    ? `that it fails ${trial.plan.steps[0]?.exclude} times as often is excluded`
    : `of ${found.canaryUnits} users of it no more failed than of the version before`;
  const how = trial.harmMet ? 'the harm met both versions alike' : 'it had ended before it could be compared';
  const reason = `${trial.alarm.reason}; half of the users were given the version before: ${how}, and ${shown}. Everybody is given the new version again.`;
  return { kind: 'clear', reason };
}

/** As many fail as before the rollout: over the last ten seconds, or as many more as it takes to have seen users. */
function isCalm({ seconds, isAlarmed, trial }: Situation): boolean {
  if (isAlarmed || seconds.length < alarmSeconds) return false;
  let count = alarmSeconds;
  while (count < seconds.length && sums(seconds.slice(-count)).users < fewestCanaryUnits) count += 1;
  const { users, failingUsers } = sums(seconds.slice(-count));
  return users >= fewestCanaryUnits && failingUsers <= trial.plan.ceiling * users;
}

/** As for a raise: what half convicts is no acquittal. */
function isSuspected({ plan }: Trial, { rollback, latency, metrics }: Findings): boolean {
  const tests = [...Object.values(rollback), ...(latency === undefined ? [] : [latency])];
  const all = [...tests, ...metrics.map((metric) => metric.rollback)];
  return !all.every(({ logE }) => logE < -Math.log(plan.alpha) / 2);
}

/**
 * Had the new version alone done what the alarm saw, its users in the trial would tell twice what convicts. Who hangs has not failed yet:
 * of those who wait longer than others there must be half as few as the alarm saw fail.
 */
function wouldHaveConvicted({ plan, before, alarm }: Trial, { canaryUnits, promotion }: Findings): boolean {
  const waiting = promotion.counts.unanswered ?? 0;
  if (waiting > (canaryUnits * alarm.share) / 2) return false;
  const usual = before === null || before.users === 0 ? plan.ceiling : before.failingUsers / before.users;
  return canaryUnits * informationOfPair(alarm.share, usual) >= 2 * rollbackThreshold(plan);
}

/** Written so that a time that is not a number counts as up. */
function timeUp(situation: Situation): Ruling | undefined {
  const { trial, now, findings: found, unanswered } = situation;
  const limit = trial.plan.steps[0]?.limitSeconds ?? 0;
  if ((now.getTime() - Date.parse(trial.since)) / 1000 < limit) return undefined;
  if (unanswered !== undefined) return takeBack(trial, `the router did not answer (${unanswered})`);
  if (found === undefined || found.canaryUnits === 0)
    return takeBack(trial, `no user of the new version was seen in ${limit} s`);
  const why = isCalm(situation)
    ? `${limit} s were too short to tell`
    : `the harm lasted for ${limit} s, in both versions together`;
  return takeBack(trial, why);
}

function takeBack({ alarm }: Trial, why: string): Ruling {
  const reason = `${alarm.reason}; half of the users were given the version before, and ${why}: it is taken back, as what changed last.`;
  return { kind: 'take-back', reason };
}
