import { levelOf, policyDigest } from '../../config/policy-digest.ts';
import { servicesOf } from '../../config/schema.ts';
import type { ChangeClass } from '../../domain/change.ts';
import type { PolicyDecision } from '../../domain/decision.ts';
import { irreversiblePaths } from '../../domain/irreversible.ts';
import type { GuardrailsReport, JudgeReport, StageContext, StageOutcome } from '../../domain/stage.ts';
import type { Controls } from '../../ports/controls.ts';
import type { Rules, RulesSource } from '../../ports/rules.ts';
import { type Autonomy, demotionBelow, effectiveLevel } from '../../views/autonomy.ts';
import { frozenReason } from '../../views/freeze.ts';
import type { Ledger } from '../../views/ledger.ts';
import type { PromotedFlags } from '../../views/promoted-flags.ts';
import { loadPolicies } from './cedar.ts';
import { decide } from './decide.ts';
import type { Evidence } from './evidence.ts';
import { flagRemoval } from './flag-removal.ts';

export type PolicyPorts = {
  readonly rules: RulesSource;
  readonly controls: Controls;
  readonly ledger: () => Promise<Ledger>;
  /** What failures in production have cost. */
  readonly autonomy: () => Promise<Autonomy>;
  /** How the rollouts of flags in the code ended. */
  readonly promotedFlags: () => Promise<PromotedFlags>;
};

export const policyFile = '.autoland/policy.cedar';

/** People expect a resume to show at once; a window can wait. */
const askAgainMs = { stopped: 1_000, frozen: 30_000 };
const longestWaitMs = 7 * 24 * 60 * 60 * 1000;

/** Asks the policy of the protected branch whether this change lands, is held or is refused. */
export async function policy(ctx: StageContext, ports: PolicyPorts): Promise<StageOutcome<PolicyDecision>> {
  const rules = await ports.rules.load();
  const policies = await loadPolicies(rules.policyText, policyFile);
  const evidence = await gather(ctx, ports, rules);
  const digest = policyDigest(rules);
  const decision = decide(evidence, policies, digest);
  await noteFlags(ctx, evidence);
  if (decision.value === 'permit') return { kind: 'done', data: decision };
  const waiting = evidence.stopped ?? evidence.frozen;
  if (waiting === undefined) return stop(ctx, decision);
  const otherwise = decide({ ...evidence, stopped: undefined, frozen: undefined }, policies, digest);
  if (otherwise.value !== 'permit') return stop(ctx, otherwise);
  return defer(ctx, decision, waiting);
}

async function gather(ctx: StageContext, ports: PolicyPorts, rules: Rules): Promise<Evidence> {
  const { classify, guardrails, judge } = ctx.results;
  if (classify === undefined || guardrails === undefined || judge === undefined)
    throw new Error('the policy stage needs the results of classify, guardrails and judge');
  const stopped = await ports.controls.stopped();
  // Taking something back goes on while all else stands still.
  const isRevert = classify.class === 'revert';
  const configured = levelOf(rules.config.autonomy, classify.class);
  const autonomy = await ports.autonomy();
  const settling = { removeAfterSeconds: rules.config.flags.removeAfter, now: ctx.now };
  return {
    classification: classify,
    guardrails,
    judge: judgedUnder(rules.config, classify.class, judge),
    removal: flagRemoval(guardrails, await ports.promotedFlags(), settling),
    source: ctx.proposal.source,
    target: ctx.proposal.target,
    level: effectiveLevel(autonomy, configured, classify.class),
    demotion: demotionBelow(autonomy, classify.class, configured),
    irreversible:
      isRevert || servicesOf(rules.config).length === 0
        ? []
        : irreversiblePaths(classify.files, rules.config.rollout.irreversible),
    stopped: stopped === undefined || isRevert ? undefined : `${stopped.reason} (${stopped.by})`,
    frozen: isRevert ? undefined : frozenReason(rules.config.limits, await ports.ledger(), ctx.now, ctx.id),
    // No signature is checked yet, so no policy is signed.
    signed: false,
    unsignedAllowed: rules.unsignedAllowed,
  };
}

/** A decision may wait for days: a judge that the branch has configured meanwhile was not asked, and nobody waives that. */
function judgedUnder({ judge }: Rules['config'], of: ChangeClass, report: JudgeReport): JudgeReport {
  // Reverts wait for no judge, whatever is configured.
  if (report.verdict !== 'not-configured' || judge === 'none' || of === 'revert') return report;
  const why = 'a judge was configured after the change had passed its stage: a new head would be judged';
  return { verdict: 'abstain', reasons: [why] };
}

/** What the gate knew of the flags that it lets go: whoever looks later must see it. */
async function noteFlags(ctx: StageContext, { classification, removal }: Evidence): Promise<void> {
  if (classification.class !== 'flag-removal' || removal === undefined) return;
  if (ctx.recall('policy.flags') !== undefined) return;
  const { to, keys, settled } = removal;
  await ctx.note('policy.flags', { to, keys: [...keys], settled: settled.map((end) => ({ ...end })) });
}

/** A freeze is no fault of the change: refusing it for good would lose it, since its head cannot be handed in again. */
async function defer(
  ctx: StageContext,
  decision: PolicyDecision,
  why: string,
): Promise<StageOutcome<PolicyDecision>> {
  if (ctx.now.getTime() - ctx.stageSince.getTime() >= longestWaitMs)
    return {
      kind: 'stop',
      conclusion: { outcome: 'held', code: codeOf(decision), reasons: decision.reasons },
    };
  if (ctx.recall('policy.deferred')?.why !== why) await ctx.note('policy.deferred', { why });
  const after = decision.codes.includes('policy.stopped') ? askAgainMs.stopped : askAgainMs.frozen;
  return { kind: 'again', at: new Date(ctx.now.getTime() + after) };
}

/** The engine journals what a stage answers when it is done; of a stop it knows no more than the conclusion. */
async function stop(ctx: StageContext, decision: PolicyDecision): Promise<StageOutcome<PolicyDecision>> {
  await ctx.note('policy.decided', { ...decision });
  const outcome = decision.value === 'deny' ? 'refused' : 'held';
  const found = findingsBehind(decision, ctx.results.guardrails);
  const code = found[0]?.code ?? codeOf(decision);
  const reasons = [...found.map(({ name, reason }) => `${name}: ${reason}`), ...decision.reasons];
  return { kind: 'stop', conclusion: { outcome, code, reasons } };
}

/** "A guardrail failed" tells nobody anything: the conclusion names what the guardrail found. */
function findingsBehind(
  decision: PolicyDecision,
  report: GuardrailsReport | undefined,
): GuardrailsReport['results'] {
  const [first] = decision.codes;
  const results = report?.results ?? [];
  if (first === 'policy.guardrails-failed') return results.filter(({ verdict }) => verdict === 'fail');
  if (first !== 'policy.guardrails-abstained') return [];
  return results.filter(({ verdict, code }) => verdict === 'abstain' && code !== 'guardrails.not-run');
}

function codeOf(decision: PolicyDecision): string {
  return decision.codes[0] ?? 'policy.not-permitted';
}
