import { type Observation, outcomeClasses } from '../../domain/rollout.ts';
import type { Findings } from './findings.ts';
import { inFavour, unitOf } from './sentences.ts';
import type { Situation } from './situation.ts';

/** The ratio test can pass on baseline's failures alone: so many users must have seen the canary itself. */
export const fewestCanaryUnits = 20;

/** What still stands between this step and the next, as sentences' ends; undefined: met. */
type Requirement = (situation: Situation, findings: Findings) => string | undefined;

const requirements: readonly Requirement[] = [
  ({ elapsedSeconds, current, skipBake }) =>
    skipBake || elapsedSeconds >= current.bakeSeconds ? undefined : `bake ${current.bakeSeconds} s`,
  (situation) =>
    isFresh(situation) ? undefined : `traffic within the last ${situation.staleAfterSeconds} s`,
  (situation, { canaryUnits }) =>
    canaryUnits >= fewestCanaryUnits
      ? undefined
      : `${fewestCanaryUnits} ${unitOf(situation)}s answered by the canary`,
  ({ current }, { promotion }) =>
    promotion.logE >= promotion.logThreshold
      ? undefined
      : `exclude ${current.exclude} times worse: evidence ${inFavour(promotion.logE)} of ${inFavour(promotion.logThreshold)}`,
  ({ plan }, { rollback, latency, metrics }) =>
    [
      ...outcomeClasses.map((outcome) => rollback[outcome].logE),
      latency?.logE ?? 0,
      ...metrics.map((metric) => metric.rollback.logE),
    ].every((logE) => logE < -Math.log(plan.alpha) / 2)
      ? undefined
      : 'suspicion of a regression to clear',
  (_, { metrics }) => {
    const unknown = metrics.find(({ isCounted }) => !isCounted);
    return unknown && `counts of ${unknown.plan.name}`;
  },
  (_, { metrics }) => {
    const silent = metrics.find(({ isReported }) => !isReported);
    return silent && `reports of ${silent.plan.name}`;
  },
  (_, { sharedHarm }) => (sharedHarm.lastedSeconds === undefined ? undefined : 'shared harm to end'),
  (_, { sharedHarm }) =>
    sharedHarm.tells ? undefined : 'enough traffic to tell shared harm from what is usual',
  (_, { assignment }) =>
    assignment.logE < assignment.logThreshold ? undefined : 'users split by the weight',
  (_, { activity }) => (activity.logE < activity.logThreshold ? undefined : 'users who come back'),
];

/** Empty: the step is passed. No observation leaves everything open. */
export function openRequirements(situation: Situation): readonly string[] {
  const { findings } = situation;
  if (findings === undefined) return ['an observation of the witness'];
  return requirements.flatMap((requirement) => requirement(situation, findings) ?? []);
}

function isFresh({ observation, now, staleAfterSeconds }: Situation): boolean {
  if (observation === undefined) return false;
  const ages = [ageSeconds(observation.at, now), trafficAgeSeconds(observation, now)];
  return ages.every((age) => age !== undefined && Math.abs(age) <= staleAfterSeconds);
}

/** Seconds since the last answered request; undefined: there was none. */
export function trafficAgeSeconds(observation: Observation, now: Date): number | undefined {
  return observation.lastRequestAt === null ? undefined : ageSeconds(observation.lastRequestAt, now);
}

function ageSeconds(at: string, now: Date): number {
  return (now.getTime() - new Date(at).getTime()) / 1000;
}
