import type { Proposal, Sha } from '../../domain/change.ts';
import type { Conclusion } from '../../domain/decision.ts';
import { exposureNote, exposureOf } from '../../domain/exposure.ts';
import type { JsonObject } from '../../domain/json.ts';
import { isFlagOf, serviceOfFlag } from '../../domain/rollout.ts';
import type { StageContext, StageOutcome } from '../../domain/stage.ts';
import { makeRevert, type RevertGit } from '../../engine/revert.ts';
import type { FlagStore, RolloutFlag } from '../../ports/flags.ts';
import type { Runtime } from '../../ports/runtime.ts';
import type { Witness } from '../../ports/witness.ts';
import { type ConcludePlan, type Dropped, planConclusion } from './plan.ts';
import { type DemotionPorts, demote } from './run-demotion.ts';

export type ConcludePorts = DemotionPorts & {
  readonly git: RevertGit;
  readonly runtime: Runtime;
  readonly flags: FlagStore;
  readonly witness: Pick<Witness, 'observe'>;
  /** Hands a proposal in; the same one twice is one. */
  readonly propose: (proposal: Proposal) => Promise<string>;
};

/** Puts production and branch in order after a change, whichever way it ended, and closes it. */
export async function conclude(ctx: StageContext, ports: ConcludePorts): Promise<StageOutcome<Conclusion>> {
  const plan = planConclusion(ctx);
  // What was rolled back has its flag closed already, and the rest may take long.
  if (plan.demotion !== null) await demote(ctx, ports, plan.demotion);
  for (const one of plan.drop)
    await (one.promoted ? takeBack(ctx, ports, one, plan) : dropCandidate(ctx, ports, one, plan));
  for (const keep of plan.keepWarm) await stopOthers(ctx, ports.runtime, keep);
  if (plan.deadFlags !== null) await retireFlags(ctx, ports.flags, plan.deadFlags);
  const reasons = [...plan.conclusion.reasons];
  if (plan.revert !== null) {
    const queued = await queueRevert(ctx, ports, {
      commit: plan.revert,
      why: `rolled back: ${plan.conclusion.code}`,
    });
    reasons.push(
      'change' in queued
        ? `its merge is reverted by ${String(queued.change)}`
        : `its merge could not be reverted cleanly, a person must: ${String(queued.conflict)}`,
    );
  }
  return { kind: 'stop', conclusion: { ...plan.conclusion, reasons } };
}

async function dropCandidate(
  ctx: StageContext,
  ports: ConcludePorts,
  { service, digest, stable }: Dropped,
  plan: ConcludePlan,
): Promise<void> {
  // A rollout that could not end by itself has left its flag open: the flag first, here too.
  await ctx.closing('close-flags', { service }, async () => {
    await closeFlags(ports.flags, service, plan);
    return {};
  });
  const nonce = await nonceOf(ctx, ports.runtime, service);
  await ctx.closing('remove-candidate', { service, digest }, async () => {
    await ports.runtime.route({ service, stable, candidate: null });
    await ports.runtime.stop(service, digest);
    // What killed them stays: none can ever open again.
    for (const { key, weight } of await ports.flags.all())
      if (weight === 0 && isFlagOf(service, key)) await ports.flags.retire(key);
    return {};
  });
  if (nonce !== undefined) await noteExposure(ctx, ports.witness, { nonce, service });
}

/** It did harm at another service: whoever has it gets the version before, which is warm until here. */
async function takeBack(
  ctx: StageContext,
  { runtime, flags }: ConcludePorts,
  { service, digest, stable }: Dropped,
  plan: ConcludePlan,
): Promise<void> {
  await ctx.closing(`take-back-${service}`, { service, digest, stable }, async () => {
    await closeFlags(flags, service, plan);
    await runtime.route({ service, stable, candidate: null });
    await runtime.stop(service, digest);
    return {};
  });
}

async function closeFlags(
  flags: FlagStore,
  service: string,
  { conclusion, deadFlags }: ConcludePlan,
): Promise<void> {
  for (const flag of await flags.all())
    if (flag.weight > 0 && isFlagOf(service, flag.key) && !isOfOthers(flag, deadFlags?.names ?? []))
      await flags.kill(flag.key, conclusion.code);
}

/** What everybody has by an earlier change stays on. */
function isOfOthers({ code, weight }: RolloutFlag, own: readonly string[]): boolean {
  return code !== undefined && weight === 1 && !own.includes(code);
}

/** The code that they decided on is gone. */
async function retireFlags(
  ctx: StageContext,
  flags: FlagStore,
  { services, names }: NonNullable<ConcludePlan['deadFlags']>,
): Promise<void> {
  await ctx.effect('retire-code-flags', { services, names }, async () => {
    for (const { key, code } of await flags.all())
      if (code !== undefined && names.includes(code) && services.includes(serviceOfFlag(key)))
        await flags.retire(key);
    return {};
  });
}

/** The rollout that the candidate is routed under; journalled before the route forgets it. undefined: it was never exposed. */
async function nonceOf(ctx: StageContext, runtime: Runtime, service: string): Promise<string | undefined> {
  const known = ctx.recall('rollout.ended')?.nonce;
  if (typeof known === 'string') return known;
  const route = (await runtime.routes()).find((one) => one.service === service);
  const nonce = route?.candidate?.nonce;
  if (nonce !== undefined) await ctx.note('rollout.ended', { nonce });
  return nonce;
}

/** Users who met an error after the last look, while the flag closed and what was under way ended, count too. */
async function noteExposure(
  ctx: StageContext,
  witness: ConcludePorts['witness'],
  { nonce, service }: { readonly nonce: string; readonly service: string },
): Promise<void> {
  // For people's eyes: without it the last look's figures stand.
  const observation = await witness.observe(nonce, service).catch(() => undefined);
  if (observation !== undefined) await ctx.note(exposureNote, exposureOf(observation));
}

async function stopOthers(
  ctx: StageContext,
  runtime: Runtime,
  keep: { service: string; digests: readonly string[] },
): Promise<void> {
  await ctx.effect(`stop-others-${keep.service}`, { service: keep.service, keep: keep.digests }, async () => {
    const running = await runtime.running();
    const others = running.filter(
      ({ service, digest }) => service === keep.service && !keep.digests.includes(digest),
    );
    const digests = [...new Set(others.map(({ digest }) => digest))];
    for (const digest of digests) await runtime.stop(keep.service, digest);
    return { stopped: digests };
  });
}

/** The revert is a change of its own: tested on today's tip, merged by compare-and-swap like any other. */
async function queueRevert(
  ctx: StageContext,
  ports: ConcludePorts,
  { commit, why }: { readonly commit: Sha; readonly why: string },
): Promise<JsonObject> {
  return ctx.effect<JsonObject>('queue-revert', { commit }, async () => {
    const { id, stageSince } = ctx;
    const { title, target } = ctx.proposal;
    const made = await makeRevert(ports.git, { change: id, title, target, commit, why, at: stageSince });
    if (made.kind === 'conflict') return { conflict: made.paths.join(', ') };
    return { change: await ports.propose(made.proposal) };
  });
}
