import type { Config } from './config/schema.ts';
import type { StageContext } from './domain/stage.ts';
import type { BoundStage } from './engine/bound-stage.ts';
import type { RulesSource } from './ports/rules.ts';
import { type ClassifyDeps, runClassify } from './stages/1-classify/run.ts';
import { type GuardrailDeps, runGuardrails } from './stages/2-guardrails/run.ts';
import { judge } from './stages/3-judge/run.ts';
import type { JudgePorts } from './stages/3-judge/run-ports.ts';
import { type PolicyPorts, policy } from './stages/4-policy/run.ts';
import { type MergePorts, merge } from './stages/5-merge/run.ts';
import { type ReleasePorts, release } from './stages/6-release/run.ts';
import { rollout } from './stages/7-rollout/run.ts';
import type { RolloutPorts } from './stages/7-rollout/run-ports.ts';
import { type ConcludePorts, conclude } from './stages/8-conclude/run.ts';
import { claimedCrash, type SeenCrash } from './views/crashes.ts';
import { proposingAnew } from './views/ledger.ts';
import { revertedBy } from './views/proved.ts';

export type PipelinePorts = { readonly rules: RulesSource } & Pick<
  ClassifyDeps,
  'git' | 'syntax' | 'prover'
> &
  Omit<GuardrailDeps, 'onGuardrail'> &
  JudgePorts &
  PolicyPorts &
  MergePorts &
  ReleasePorts &
  RolloutPorts &
  ConcludePorts & {
    /** What production crashed with, by signature, as the journal says. */
    readonly seenCrashes: () => Promise<ReadonlyMap<string, SeenCrash>>;
  };

/** The whole way of a change, in order. Each name is the folder under stages/ that tells the rest. */
export function pipeline(ports: PipelinePorts): readonly BoundStage[] {
  return [
    { name: 'classify', actor: 'verifier', run: (ctx) => classify(ctx, ports) },
    { name: 'guardrails', actor: 'verifier', run: (ctx) => guardrails(ctx, ports) },
    { name: 'judge', actor: 'judge', run: (ctx) => judge(ctx, ports) },
    { name: 'policy', actor: 'gate', run: (ctx) => policy(ctx, ports) },
    { name: 'merge', actor: 'lander', run: (ctx) => merge(ctx, ports) },
    { name: 'release', actor: 'deployer', run: (ctx) => release(ctx, ports) },
    { name: 'rollout', actor: 'deployer', run: (ctx) => rollout(ctx, ports) },
    { name: 'conclude', actor: 'deployer', run: (ctx) => conclude(ctx, ports) },
  ];
}

async function classify(ctx: StageContext, ports: PipelinePorts) {
  const { config } = await ports.rules.load();
  return runClassify(
    {
      git: ports.git,
      syntax: ports.syntax,
      prover: ports.prover,
      flagHelpers: config.flags.helpers,
      protectedPatterns: config.scope.protectedPaths,
      proposesAnew: ({ source }) => proposingAnew.has(source),
      revertOf: revertedBy,
      crashOf: async (proposal) => {
        const signature = claimedCrash(proposal);
        if (signature === undefined) return undefined;
        const seen = (await ports.seenCrashes()).get(signature);
        return { signature, files: seen?.frames.map(({ file }) => file) };
      },
      ...securityOf(config, ports),
    },
    ctx,
  );
}

/** Advisories are asked where an update that mends something has less to wait for. */
function securityOf(
  { advisories: { from, osv: url }, registry }: Config,
  { advisories }: PipelinePorts,
): Pick<ClassifyDeps, 'security'> {
  if (registry.fixAgeDays === null || from === 'none') return {};
  return { security: { advisories, source: from === 'osv' ? { from, url } : { from } } };
}

async function guardrails(ctx: StageContext, ports: PipelinePorts) {
  const { config } = await ports.rules.load();
  const onGuardrail: GuardrailDeps['onGuardrail'] = ({ name, verdict }) => {
    // Progress for whoever watches; the report itself is journalled when the stage is done.
    ctx.note('guardrail', { name, verdict }).catch(() => {});
  };
  return runGuardrails({ ...ports, onGuardrail }, config, ctx);
}
