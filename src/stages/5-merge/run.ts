import { policyDigest } from '../../config/policy-digest.ts';
import type { Sha } from '../../domain/change.ts';
import { type PolicyDecision, withdrawal } from '../../domain/decision.ts';
import { gateExpiry, gateRefusal, gateStatement } from '../../domain/gate.ts';
import type { JsonObject } from '../../domain/json.ts';
import type {
  Classification,
  GuardrailsReport,
  MergeReport,
  StageContext,
  StageOutcome,
} from '../../domain/stage.ts';
import type { AttestationVerifier, Attestor } from '../../ports/attestor.ts';
import type { AuditLog } from '../../ports/audit-log.ts';
import type { Controls } from '../../ports/controls.ts';
import type { GitLander, GitReader } from '../../ports/git-host.ts';
import type { RulesSource } from '../../ports/rules.ts';
import { type Autonomy, demotionBelow } from '../../views/autonomy.ts';
import { frozenReason } from '../../views/freeze.ts';
import { inProduction, type Ledger, olderThan, pendingRevert, revertSource } from '../../views/ledger.ts';
import { stablesOf } from '../../views/production.ts';
import { foreignCommits } from '../../views/proved.ts';
import { mergeMessage, mergeTrailers } from './message.ts';
import { type Ahead, laterThan, type MergeFacts, type MergePlan, planMerge } from './plan.ts';

export type MergePorts = {
  readonly git: Pick<GitReader, 'resolve' | 'history'> & Pick<GitLander, 'makeCommit' | 'advance'>;
  readonly rules: RulesSource;
  readonly controls: Controls;
  readonly ledger: () => Promise<Ledger>;
  readonly autonomy: () => Promise<Autonomy>;
  readonly auditLog: AuditLog;
  readonly attestor: Attestor;
  readonly attestations: AttestationVerifier;
  readonly nonce: () => string;
};

type Outcome = StageOutcome<MergeReport>;

type Decided = {
  readonly classification: Classification;
  readonly guardrails: GuardrailsReport;
  readonly decision: PolicyDecision;
};

/** Lands the exact tree that was tested, by compare-and-swap, with the gate's attestation in hand. */
export async function merge(ctx: StageContext, ports: MergePorts): Promise<Outcome> {
  const decided = readDecided(ctx);
  const { classification } = decided;
  const prepared = ctx.recall('merge.commit')?.commit;
  if (typeof prepared === 'string' && (await isOn(ctx, ports, classification.base, prepared)))
    return { kind: 'done', data: { commit: prepared, onto: classification.base } };
  const withdrawn = withdrawal(ctx.signals);
  if (withdrawn !== undefined) return { kind: 'stop', conclusion: withdrawn };
  // Waiting may take days, and is asked often: it costs no process.
  const waiting = behind(ctx.id, await ports.ledger());
  if (waiting !== undefined) return settle(ctx, laterThan(waiting));
  const plan = planMerge(await gather(ctx, ports, decided));
  return plan.kind === 'go' ? land(ctx, ports, decided) : settle(ctx, plan);
}

function readDecided(ctx: StageContext): Decided {
  const { classify, guardrails, policy } = ctx.results;
  if (classify === undefined || guardrails === undefined || policy === undefined)
    throw new Error('the merge stage needs the results of classify, guardrails and policy');
  return { classification: classify, guardrails, decision: policy };
}

/** After a crash the branch may hold our commit already, with others on top of it. */
async function isOn(ctx: StageContext, ports: MergePorts, base: Sha, commit: Sha): Promise<boolean> {
  const tip = await ports.git.resolve(ctx.proposal.target);
  const history = await ports.git.history(base, tip);
  return history.some(({ sha }) => sha === commit);
}

async function gather(ctx: StageContext, ports: MergePorts, decided: Decided): Promise<MergeFacts> {
  const tip = await ports.git.resolve(ctx.proposal.target);
  const rules = await ports.rules.load();
  const ledger = await ports.ledger();
  // Taking something back goes on while all else stands still.
  const isRevert = decided.classification.class === 'revert';
  const stopped = await ports.controls.stopped();
  const foreign = isRevert ? [] : await unproven(ports, ledger, tip);
  return {
    stopped: isRevert || stopped === undefined ? undefined : `stopped by ${stopped.by}: ${stopped.reason}`,
    frozen: isRevert ? undefined : frozenReason(rules.config.limits, ledger, ctx.now, ctx.id),
    demotion: demotionBelow(await ports.autonomy(), decided.classification.class, 'merge'),
    decidedAt: ctx.stageSince,
    now: ctx.now,
    tip,
    testedOn: decided.classification.base,
    foreign,
    policyUnchanged: policyDigest(rules) === decided.decision.policyDigest,
  };
}

/** Of what any service would get with it. */
async function unproven(ports: MergePorts, ledger: Ledger, tip: Sha): Promise<readonly Sha[]> {
  const stables = new Set(stablesOf(ledger.production).map(({ commit }) => commit));
  const since = new Set<Sha>();
  for (const stable of stables) for (const { sha } of await ports.git.history(stable, tip)) since.add(sha);
  return foreignCommits(ledger, [...since]);
}

function behind(id: string, ledger: Ledger): Ahead | undefined {
  const revert = pendingRevert(ledger);
  if (revert !== undefined && revert.id !== id) return { id: revert.id, why: 'reverts a change first' };
  const other = inProduction(ledger);
  if (other !== undefined && other.id !== id) return { id: other.id, why: 'is in its rollout' };
  const isRevert = ledger.changes.get(id)?.proposal.source === revertSource;
  const older = isRevert ? undefined : olderThan(ledger, id);
  return older === undefined ? undefined : { id: older.id, why: 'was proposed first' };
}

async function settle(ctx: StageContext, plan: Exclude<MergePlan, { kind: 'go' }>): Promise<Outcome> {
  if (plan.kind !== 'later') return plan;
  if (ctx.recall('merge.waiting')?.why !== plan.why)
    await ctx.note('merge.waiting', { code: plan.code, why: plan.why });
  return { kind: 'again', at: new Date(ctx.now.getTime() + plan.afterMs) };
}

async function land(ctx: StageContext, ports: MergePorts, decided: Decided): Promise<Outcome> {
  const { classification, decision } = decided;
  const { base, tree } = classification;
  const resource = `${ctx.proposal.target}@${base}`;
  const gate = await ctx.effect('attest', { tree, resource }, () => attest(ctx, ports, decided, resource));
  const statement = await ports.attestations.verify(
    'gate',
    gate.attestation as JsonObject,
    `gitTree:${tree}`,
  );
  const wanted = { change: ctx.id, resource, policyDigest: decision.policyDigest, now: ctx.now };
  const refusal = gateRefusal(statement, wanted);
  if (refusal !== undefined)
    return { kind: 'raced', reason: `the gate's attestation does not hold: ${refusal}` };
  const described = {
    change: ctx.id,
    proposal: ctx.proposal,
    log: gate.log as { size: number; root: string },
    ...decided,
  };
  const commit = await ports.git.makeCommit({
    tree,
    parents: [base, ctx.proposal.head],
    message: mergeMessage(described),
    trailers: mergeTrailers(described),
    at: ctx.stageSince,
  });
  await ctx.note('merge.commit', { commit });
  const moved = await ctx.effect(
    'advance',
    { branch: ctx.proposal.target, from: base, to: commit },
    async () => {
      // Asked last: since it was first asked, two checkpoints were written.
      const stopped = classification.class === 'revert' ? undefined : await ports.controls.stopped();
      if (await isDemoted(ports, classification)) return 'demoted';
      return stopped === undefined ? ports.git.advance(ctx.proposal.target, base, commit) : 'stopped';
    },
  );
  if (moved === 'stopped') return { kind: 'raced', reason: 'autonomy was stopped while it was being merged' };
  if (moved === 'demoted')
    return { kind: 'raced', reason: 'a change of its class failed while it was being merged' };
  if (moved === 'lost') return { kind: 'raced', reason: 'the branch moved while it was being merged' };
  return { kind: 'done', data: { commit, onto: base } };
}

async function isDemoted(ports: MergePorts, { class: of }: Classification): Promise<boolean> {
  return demotionBelow(await ports.autonomy(), of, 'merge') !== undefined;
}

async function attest(
  ctx: StageContext,
  ports: MergePorts,
  { classification, decision }: Decided,
  resource: string,
): Promise<JsonObject> {
  const { size, root } = await ports.auditLog.publish();
  const log = { size, root };
  const statement = gateStatement({
    change: ctx.id,
    decision,
    digest: `gitTree:${classification.tree}`,
    resource,
    log,
    inputs: inputsOf(ctx),
    at: ctx.now,
    expires: gateExpiry(ctx.now, 'merge'),
    nonce: ports.nonce(),
  });
  return { log, attestation: await ports.attestor.sign('gate', statement) };
}

/** What was decided about, and the findings that the decision rests on. */
function inputsOf({ proposal, results }: Pick<StageContext, 'proposal' | 'results'>) {
  const findings = results.guardrails?.attestations ?? [];
  return [
    { uri: `git:${proposal.head}`, digest: `gitCommit:${proposal.head}` },
    ...findings.map(({ name, digest }) => ({ uri: `guardrail:${name}`, digest })),
  ];
}
