import { isBelow } from '../../domain/autonomy.ts';
import type { PolicyDecision } from '../../domain/decision.ts';
import { demotionReason } from '../../views/autonomy.ts';
import type { Evaluation, Policies } from './cedar.ts';
import { type Evidence, gapsOf } from './evidence.ts';
import { removalDoubts } from './flag-removal.ts';
import { requestFor, waiverFor } from './request.ts';
import { deny, escalate, type Objection, objections, wayBack } from './rules.ts';

/** Pure: the same evidence under the same policies is the same decision. `policyDigest` as of config/policy-digest.ts. */
export function decide(evidence: Evidence, policies: Policies, policyDigest: string): PolicyDecision {
  const answers = ask(evidence, policies);
  const own = [...objections(evidence), ...wayBack(evidence, answers.deploys)];
  const found = [...own, ...answers.objections];
  const all = [...found, ...levelObjections(evidence, found, answers.deploys)];
  const { policyIds } = answers;
  if (all.length === 0) return { ...permit(evidence, answers, policies), policyIds, policyDigest };
  const deciding = all.filter(({ value }) => value === 'deny');
  const denied = deciding.length > 0;
  // What decided comes first: the first code is the one that the change concludes with.
  const ordered = [...deciding, ...all.filter(({ value }) => value !== 'deny')];
  return {
    value: denied ? 'deny' : 'escalate',
    codes: ordered.map(({ code }) => code),
    reasons: ordered.map(({ reason }) => reason),
    policyIds,
    policyDigest,
    level: denied || evidence.level === 'observe' ? 'observe' : 'propose',
  };
}

type Answers = {
  readonly objections: readonly Objection[];
  readonly deploys: boolean;
  readonly policyIds: readonly string[];
};

function ask(evidence: Evidence, policies: Policies): Answers {
  const merge = policies.evaluate(requestFor('merge', evidence));
  const deploy = policies.evaluate(requestFor('deploy', evidence));
  const waivers = gapsOf(evidence).map((gap) => ({
    gap,
    answer: policies.evaluate(waiverFor(gap, evidence)),
  }));
  const evaluations = [merge, deploy, ...waivers.map(({ answer }) => answer)];
  const refusals = waivers.flatMap(({ gap, answer }) =>
    answer.kind === 'answer' && !answer.allowed
      ? [
          escalate(
            `policy.${gap.answer}`,
            `${gap.check} is ${gap.answer}, and no policy waives it for this change.`,
          ),
        ]
      : [],
  );
  return {
    objections: [...errors(evaluations), ...mergeObjections(merge, evidence, policies), ...refusals],
    deploys: deploy.kind === 'answer' && deploy.allowed,
    policyIds: idsOf(evaluations),
  };
}

/** Cedar skips a policy that errs: an erring forbid would leave "allow". */
function errors(evaluations: readonly Evaluation[]): readonly Objection[] {
  const messages = new Map(
    evaluations.flatMap((one) => (one.kind === 'error' ? [[one.message, one.code] as const] : [])),
  );
  return [...messages].map(([message, code]) => deny(code, `The policy could not be evaluated: ${message}.`));
}

function mergeObjections(
  merge: Evaluation,
  { classification, removal }: Evidence,
  policies: Policies,
): readonly Objection[] {
  if (merge.kind === 'error' || merge.allowed) return [];
  if (merge.policyIds.length === 0) {
    // "No policy permits it" tells nobody what a flag waits for.
    const doubts = classification.class === 'flag-removal' ? removalDoubts(removal) : [];
    return [
      ...doubts.map(({ code, reason }) => escalate(code, reason)),
      escalate('policy.not-permitted', 'No policy permits this change.'),
    ];
  }
  return merge.policyIds.map((id) => deny('policy.forbidden', `Policy ${named(id, policies)} forbids it.`));
}

function levelObjections(
  evidence: Evidence,
  found: readonly Objection[],
  deploys: boolean,
): readonly Objection[] {
  const { level, demotion, signed, unsignedAllowed } = evidence;
  if (demotion !== undefined && isBelow(level, 'merge'))
    return [escalate('policy.demoted', `A person must land it: ${demotionReason(demotion)}.`)];
  if (level === 'observe') {
    const would =
      found.length > 0 ? 'not have landed it' : `have ${deploys ? 'merged and deployed' : 'merged'} it`;
    return [
      escalate(
        'policy.level-observe',
        `autoland only observes this class: with more autonomy it would ${would}.`,
      ),
    ];
  }
  if (level === 'propose')
    return [escalate('policy.level-propose', 'autoland only proposes changes of this class.')];
  if (signed || unsignedAllowed) return [];
  return [escalate('policy.unsigned', 'The policy is not signed, so autoland only proposes.')];
}

function permit(
  { level }: Evidence,
  { deploys, policyIds }: Answers,
  policies: Policies,
): Pick<PolicyDecision, 'value' | 'codes' | 'reasons' | 'level'> {
  const by = policyIds.map((id) => named(id, policies)).join('; ');
  if (level === 'deploy' && deploys)
    return {
      value: 'permit',
      codes: ['policy.permitted-deploy'],
      reasons: [`Merge and deploy: ${by}.`],
      level: 'deploy',
    };
  const merged = { code: 'policy.permitted-merge', reason: `Merge: ${by}.` };
  const capped =
    level === 'deploy'
      ? [{ code: 'policy.deploy-not-permitted', reason: 'No policy permits to deploy it.' }]
      : [];
  const all = [merged, ...capped];
  return {
    value: 'permit',
    codes: all.map(({ code }) => code),
    reasons: all.map(({ reason }) => reason),
    level: 'merge',
  };
}

function idsOf(evaluations: readonly Evaluation[]): readonly string[] {
  const ids = evaluations.flatMap((one) => (one.kind === 'answer' ? one.policyIds : []));
  return [...new Set(ids)].sort((a, b) => (a < b ? -1 : 1));
}

function named(id: string, policies: Policies): string {
  const reason = policies.all.find((policy) => policy.id === id)?.reason;
  return reason === undefined ? id : `${id} (${reason})`;
}
