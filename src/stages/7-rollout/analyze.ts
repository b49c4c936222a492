import type { RolloutDecision, Verdict } from './decision.ts';
import { evidenceOf } from './evidence.ts';
import type { Findings } from './findings.ts';
import type { MetricFinding } from './metrics.ts';
import { openRequirements } from './requirements.ts';
import { amount, chance, expectation, inFavour, unitOf } from './sentences.ts';
import { isIncident } from './shared-harm.ts';
import { type AnalyzeInput, type Situation, situationOf } from './situation.ts';

export type { Evidence, RolloutDecision, Verdict } from './decision.ts';
export type { AnalyzeInput } from './situation.ts';

type Ruling = Verdict & { readonly reason: string };
type Rule = (situation: Situation) => Ruling | undefined;

/** The first rule that answers decides: harm before doubt, doubt before progress. */
const rules: readonly Rule[] = [
  witnessLost,
  serverErrors,
  clientErrors,
  slower,
  worseMetric,
  sharedIncident,
  wrongAssignment,
  lostUsers,
  toldInPart,
  passed,
  timeUp,
];

/**
 * What a rollout should do now. Pure; the formulas, and what they do not see, are in docs/statistics.md.
 * Throws RangeError for a plan or counts that make no sense: a bug of the caller, never a verdict.
 */
export function analyze(input: AnalyzeInput): RolloutDecision {
  const situation = situationOf(input);
  const evidence = evidenceOf(situation);
  for (const rule of rules) {
    const ruling = rule(situation);
    if (ruling !== undefined) return { ...ruling, evidence };
  }
  return { ...goOn(situation), evidence };
}

function witnessLost({ observation, epochAtStart }: Situation): Ruling | undefined {
  if (epochAtStart === undefined || observation?.epoch === epochAtStart) return undefined;
  const reason = 'The witness restarted and lost its counts, so the rollout starts anew with fresh users.';
  return { kind: 'restart', code: 'rollout.witness-lost', reason };
}

function serverErrors(situation: Situation): Ruling | undefined {
  const test = situation.findings?.rollback['server-error'];
  if (test === undefined || test.logE < test.logThreshold) return undefined;
  const reason = `The canary fails: ${amount(test.counts.canary, unitOf(situation))} met a server error on it, ${expectation(test)}.`;
  return { kind: 'rollback', code: 'rollout.server-errors', reason };
}

function clientErrors({ findings }: Situation): Ruling | undefined {
  const test = findings?.rollback['client-error'];
  if (test === undefined || test.logE < test.logThreshold) return undefined;
  const reason = `The canary refuses requests that baseline answers: ${amount(test.counts.canary, 'user')} met a client error on it, ${expectation(test)}.`;
  return { kind: 'rollback', code: 'rollout.client-errors', reason };
}

/** Not where users are not split by the weight: every unit counts here, so that users who are missing look like slow ones. */
function slower(situation: Situation): Ruling | undefined {
  const { findings, plan } = situation;
  const test = findings?.latency;
  if (findings === undefined || test === undefined || isSplitWrongly(findings)) return undefined;
  if (test.logE < test.logThreshold) return undefined;
  const { canaryP50, canaryP95, baselineP50, baselineP95 } = test.counts;
  const waited = `half of its ${unitOf(situation)}s wait for up to ${canaryP50} ms and one in twenty for more than ${canaryP95} ms, on baseline ${baselineP50} and ${baselineP95} ms`;
  const reason = `The canary is slower than the factor ${plan.latency?.tolerate} that is tolerated: ${waited} (evidence ${inFavour(test.logE)}, needed ${inFavour(test.logThreshold)}).`;
  return { kind: 'rollback', code: 'rollout.latency', reason };
}

/** As with latency, who is missing must not look like who does worse. Of a rate that harms when it rises nobody is missed. */
function worseMetric({ findings }: Situation): Ruling | undefined {
  if (findings === undefined) return undefined;
  const isSplit = !isSplitWrongly(findings);
  const found = findings.metrics.find(
    ({ plan, rollback }) =>
      rollback.logE >= rollback.logThreshold &&
      (isSplit || (plan.kind === 'rate' && plan.worse === 'higher')),
  );
  if (found === undefined) return undefined;
  const reason = `The canary is worse in ${found.plan.name} (${found.plan.kind}, ${found.plan.worse} is worse): ${toldOf(found)}.`;
  return { kind: 'rollback', code: 'rollout.metric', reason };
}

function toldOf({ plan, rollback }: MetricFinding): string {
  const reported = `${amount(rollback.counts.canary, 'user')} of it ${plan.kind === 'rate' ? 'met' : 'reported'} it, ${expectation(rollback)}`;
  const { canaryP50, baselineP50 } = rollback.counts;
  if (plan.kind !== 'histogram' || canaryP50 === undefined || baselineP50 === undefined) return reported;
  return `half of its users are at ${canaryP50} or below, on baseline ${baselineP50}; ${reported}`;
}

function sharedIncident(situation: Situation): Ruling | undefined {
  const { findings } = situation;
  if (findings === undefined || !isIncident(findings.sharedHarm)) return undefined;
  const { level, lastedSeconds } = findings.sharedHarm;
  const reason = `More ${unitOf(situation)}s fail than before the rollout, in both versions together (tolerated: ${chance(level)}), for ${lastedSeconds} s: the flag closes and nobody is blamed.`;
  return { kind: 'close', code: 'rollout.shared-incident', reason };
}

function wrongAssignment({ findings }: Situation): Ruling | undefined {
  if (findings === undefined || !isSplitWrongly(findings)) return undefined;
  const test = findings.assignment;
  const reason = `Users are not split by the flag's weight: ${amount(test.counts.canary, 'user')} on the canary, ${expectation(test)}; no comparison can be trusted.`;
  return { kind: 'hold', code: 'rollout.assignment', reason };
}

/** Written so that evidence that is not a number counts. */
function isSplitWrongly({ assignment }: Findings): boolean {
  return !(assignment.logE < assignment.logThreshold);
}

function lostUsers({ findings }: Situation): Ruling | undefined {
  const test = findings?.activity;
  if (test === undefined || test.logE < test.logThreshold) return undefined;
  const reason = `Users of the canary do not come back: ${amount(test.counts.canary, 'user')} did, ${expectation(test)}.`;
  return { kind: 'hold', code: 'rollout.activity', reason };
}

/** Whatever is missing may be what was bad; harm that was seen counts all the same. */
function toldInPart({ observation }: Situation): Ruling | undefined {
  if (observation?.gap === undefined) return undefined;
  const reason = `Nothing is promoted over a gap, so the rollout starts anew with fresh users: ${observation.gap}.`;
  return { kind: 'restart', code: 'rollout.telemetry-gap', reason };
}

function passed(situation: Situation): Ruling | undefined {
  if (openRequirements(situation).length > 0) return undefined;
  const { plan, step, current } = situation;
  const shown = `A canary ${current.exclude} times worse than baseline is excluded at ${chance(current.weight)} of ${unitOf(situation)}s`;
  if (step + 1 < plan.steps.length)
    return { kind: 'raise', step: step + 1, reason: `${shown}: exposure rises.` };
  return { kind: 'promote', reason: `${shown}, the last step: the canary is promoted.` };
}

/** Written so that a time that is not a number counts as up. */
function timeUp(situation: Situation): Ruling | undefined {
  const { elapsedSeconds, current, findings, held } = situation;
  if (held || elapsedSeconds < current.limitSeconds) return undefined;
  const open = openRequirements(situation).join('; ');
  if (findings === undefined || findings.canaryUnits === 0) {
    const reason = `No ${unitOf(situation)} of the canary was seen within the step's ${current.limitSeconds} s: no data is not good data (open: ${open}).`;
    return { kind: 'hold', code: 'rollout.no-traffic', reason };
  }
  const reason = `Undecided after the step's ${current.limitSeconds} s (open: ${open}).`;
  return { kind: 'hold', code: 'rollout.inconclusive', reason };
}

function goOn(situation: Situation): Ruling {
  return {
    kind: 'continue',
    reason: `Nothing is decided yet (open: ${openRequirements(situation).join('; ')}).`,
  };
}
