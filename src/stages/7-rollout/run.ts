import { policyDigest } from '../../config/policy-digest.ts';
import type { Conclusion } from '../../domain/decision.ts';
import { lookNote, readExposure } from '../../domain/exposure.ts';
import type { Signal } from '../../domain/journal.ts';
import { flagKey, type Observation } from '../../domain/rollout.ts';
import type { ReleaseReport, RolloutReport, StageContext, StageOutcome } from '../../domain/stage.ts';
import type { Controls } from '../../ports/controls.ts';
import type { FlagStore } from '../../ports/flags.ts';
import type { Rules, RulesSource } from '../../ports/rules.ts';
import type { Runtime } from '../../ports/runtime.ts';
import type { Witness } from '../../ports/witness.ts';
import { frozenReason } from '../../views/freeze.ts';
import type { Ledger } from '../../views/ledger.ts';
import { analysisInput } from './analysis-input.ts';
import { analyze, type RolloutDecision } from './analyze.ts';
import { readCommand } from './commands.ts';
import { closesFlag } from './decision.ts';
import { conclusionOf, type Ending, endingNote, readEnding } from './ending.ts';
import { lookOf } from './look.ts';
import {
  afterCommand,
  begun,
  holdOn,
  notRaised,
  observed,
  type Position,
  positionNote,
  raised,
  readPosition,
  weightAt,
  worthJournalling,
} from './position.ts';
import { type Barrier, barrierTo, type RolloutSettings, settingsOf } from './settings.ts';

export type RolloutPorts = {
  readonly rules: RulesSource;
  readonly controls: Controls;
  readonly flags: FlagStore;
  readonly runtime: Runtime;
  readonly witness: Witness;
  readonly ledger: () => Promise<Ledger>;
  /** A fresh, unguessable name. */
  readonly nonce: () => string;
};

type Deploys = Extract<ReleaseReport, { deploys: true }>;
type Outcome = StageOutcome<RolloutReport>;

const maxStarts = 5;

/** One look at the rollout of a release: opens it, watches it, raises it, promotes it or closes it. */
export async function rollout(ctx: StageContext, ports: RolloutPorts): Promise<Outcome> {
  const { release } = ctx.results;
  const rolledBackBy = ctx.signals.find(isTakingBack)?.actor;
  const position = await takeCommands(ctx, readPosition(ctx.recall(positionNote)));
  const ending = readEnding(ctx.recall(endingNote));
  if (ending !== undefined) return end(ctx, ports, position, ending);
  if (rolledBackBy !== undefined)
    return rollBack(ctx, ports, position, {
      code: 'rollout.by-person',
      reason: `${rolledBackBy} rolled it back`,
    });
  if (release === undefined || !release.deploys)
    return { kind: 'done', data: { ran: false, why: release?.why ?? 'nothing was released' } };

  const rules = await ports.rules.load();
  const settings = settingsOf(rules.config);
  const barrier = await barrierNow(ctx, ports, release, rules);
  if (barrier !== undefined && (barrier.closes || position?.open !== true))
    return pauseAll(ctx, ports, release, { position, barrier });
  if (release.restores) return restore(ctx, ports, release);
  if (position?.open !== true || position.ordered === 'anew')
    return open(ctx, ports, release, { before: position, settings });
  const flag = await ports.flags.read(position.flag);
  if (flag?.killed === true)
    return rollBack(ctx, ports, position, { code: 'rollout.killed', reason: 'its flag was killed' });
  // Once decided it is finished: after a crash the route may be swapped already, and then there is no canary to look at.
  if (position.ordered === 'promote') return promote(ctx, ports, release, position);
  const mayRaise = barrier === undefined;
  const carriedOut = await heldRaise(ctx, position, { share: flag?.weight ?? 0, mayRaise });
  return look(ctx, ports, release, { position: carriedOut, settings, mayRaise });
}

/** Asked anew at every look. */
async function barrierNow(
  ctx: StageContext,
  ports: RolloutPorts,
  release: Deploys,
  rules: Rules,
): Promise<Barrier | undefined> {
  // Taking something back goes on while all else stands still; but under a stop the router exposes nobody to a canary.
  const isRevert = ctx.results.classify?.class === 'revert';
  const limits = frozenReason(rules.config.limits, await ports.ledger(), ctx.now, ctx.id);
  return barrierTo({
    stopped: release.restores ? undefined : await ports.controls.stopped(),
    frozen: isRevert ? undefined : limits,
    decided: ctx.results.policy,
    policyDigest: policyDigest(rules),
    expires: release.expires,
    now: ctx.now,
  });
}

/** Between a raise in the journal and the flag that carries it out, somebody may have come to hold it. */
async function heldRaise(
  ctx: StageContext,
  position: Position,
  { share, mayRaise }: { readonly share: number; readonly mayRaise: boolean },
): Promise<Position> {
  const lower = notRaised(position, ctx.now);
  const isCarriedOut = position.step === 0 || share >= weightAt(position);
  if (isCarriedOut || holdOn(lower, mayRaise) === undefined) return position;
  await ctx.note(positionNote, lower);
  return lower;
}

/** A cancel that was sent before the merge and came after it means the same. */
function isTakingBack({ name }: Signal): boolean {
  return name === 'rollback' || name === 'cancel';
}

/** Takes in what people asked for since the last look; a rollback stays pending until it is done. */
async function takeCommands(ctx: StageContext, from: Position | undefined): Promise<Position | undefined> {
  let position = from;
  for (const signal of ctx.signals.filter((signal) => !isTakingBack(signal))) {
    const command = readCommand(signal);
    if (command !== undefined) {
      // It came before the rollout has begun, and waits for it.
      if (position === undefined) continue;
      position = afterCommand(position, command, ctx.now);
      await ctx.note(positionNote, position);
    }
    await ctx.consume(signal);
  }
  return position;
}

/** Stopped or out of its rules: exposure ends at once; when the barrier falls the rollout starts anew. */
async function pauseAll(
  ctx: StageContext,
  ports: RolloutPorts,
  release: Deploys,
  { position, barrier }: { readonly position: Position | undefined; readonly barrier: Barrier },
): Promise<Outcome> {
  if (position?.open === true) {
    const anew: Position = { ...position, ordered: 'anew' };
    // Known before the kill: after a crash it must not look like a person's.
    await ctx.note(positionNote, anew);
    await close(ctx, ports, position, { code: barrier.code, reason: barrier.why });
    await takeBackPromotion(ctx, ports, release, position);
    await ctx.note(positionNote, { ...anew, open: false });
  }
  if (barrier.final) return stop({ outcome: 'held', code: barrier.code, reasons: [barrier.why] });
  return again(ctx, 500);
}

/** A promotion may have swapped the route, and not come to its receipt: closing the flag alone would take it from nobody. */
async function takeBackPromotion(
  ctx: StageContext,
  ports: RolloutPorts,
  { service, stable, digest }: Deploys,
  { nonce }: Position,
): Promise<void> {
  const routes = await ports.runtime.routes();
  if (!routes.some((route) => route.service === service && route.stable === digest)) return;
  await ctx.closing(`take-back-${nonce}`, { service, stable }, async () => {
    await ports.runtime.route({ service, stable, candidate: null });
    return {};
  });
}

type Opening = { readonly before: Position | undefined; readonly settings: RolloutSettings };

async function open(
  ctx: StageContext,
  ports: RolloutPorts,
  release: Deploys,
  { before, settings }: Opening,
): Promise<Outcome> {
  if (before?.open === true)
    await close(ctx, ports, before, { code: 'rollout.anew', reason: 'the rollout starts anew' });
  if ((before?.starts ?? 0) >= maxStarts) {
    const reasons = [
      `the rollout had to start anew ${maxStarts} times (the witness lost its memory, or it was stopped)`,
    ];
    return stop({ outcome: 'held', code: 'rollout.too-many-starts', reasons });
  }
  const nonce = ports.nonce();
  const flag = flagKey(release.service, nonce);
  const earlier = readExposure(ctx.recall(lookNote));
  const position = begun(before, { nonce, flag, plan: settings.plan, earlier, now: ctx.now });
  await ctx.note(positionNote, position);
  return again(ctx, 0);
}

type Looking = {
  readonly position: Position;
  readonly settings: RolloutSettings;
  readonly mayRaise: boolean;
};

async function look(ctx: StageContext, ports: RolloutPorts, release: Deploys, at: Looking): Promise<Outcome> {
  const { position, settings } = at;
  const version = await expose(ctx, ports, release, at);
  const { flag, nonce, step } = position;
  const observation = await ports.witness.observe(nonce);
  const analysis = analyze(analysisInput(position, settings, observation, ctx.now));
  const looked: Looked = { ...at, observation, decision: heldBack(at, analysis) };
  const journalled = journalLook(ctx, looked);
  await (closesFlag(looked.decision) ? orClosed(ports, position, journalled) : journalled);
  if (looked.decision.kind !== 'continue') return act(ctx, ports, release, looked);
  if (position.epoch === null && observation !== undefined)
    await ctx.note(positionNote, observed(position, observation));
  // Last, so that exposure ends with its lease where nothing can be decided, or a decision cannot be journalled.
  const { leaseMs } = settings;
  const weight = weightAt(position);
  await ports.witness.lease({ service: release.service, flag, nonce, version, step, weight, leaseMs });
  return again(ctx, settings.lookMs);
}

/** Makes the flag say what the position says; answers the flag's version. */
async function expose(
  ctx: StageContext,
  ports: RolloutPorts,
  release: Deploys,
  at: Looking,
): Promise<number> {
  const { flag, nonce, step } = at.position;
  const weight = weightAt(at.position);
  const { service, digest, stable } = release;
  return ctx.effect(`expose-${nonce}-${step}`, { flag, weight, digest, service }, async () => {
    const written = await ports.flags.write(flag, weight, step);
    if (step === 0) await ports.runtime.route({ service, stable, candidate: { digest, flag, nonce } });
    return written.version;
  });
}

type Looked = Looking & { readonly observation: Observation | undefined; readonly decision: RolloutDecision };

async function act(ctx: StageContext, ports: RolloutPorts, release: Deploys, at: Looked): Promise<Outcome> {
  const { position, observation, decision } = at;
  switch (decision.kind) {
    case 'rollback':
      return rollBack(ctx, ports, position, { code: decision.code, reason: decision.reason });
    case 'close':
    case 'hold':
      return hold(ctx, ports, position, { code: decision.code, reason: decision.reason });
    case 'restart':
      await ctx.note(positionNote, { ...position, ordered: 'anew' });
      return again(ctx, 0);
    case 'raise':
      await ctx.note(positionNote, raised(position, { step: decision.step, now: ctx.now, observation }));
      return again(ctx, 0);
    case 'promote': {
      const promoted: Position = { ...position, ordered: 'promote' };
      await ctx.note(positionNote, promoted);
      return promote(ctx, ports, release, promoted);
    }
    case 'continue':
      return again(ctx, at.settings.lookMs);
  }
}

/** What the statistics would allow, and a person or a window does not: nothing to do, and nothing new to journal at every look. */
function heldBack({ position, mayRaise }: Looking, decision: RolloutDecision): RolloutDecision {
  if (decision.kind !== 'raise' && decision.kind !== 'promote') return decision;
  const by = holdOn(position, mayRaise);
  if (by === undefined) return decision;
  const { evidence } = decision;
  return { kind: 'continue', evidence, reason: `This step is passed, but exposure does not rise: ${by}.` };
}

async function journalLook(ctx: StageContext, at: Looked): Promise<void> {
  const { position, decision, observation } = at;
  if (decision.kind === 'continue' && !worthJournalling(position, ctx.recall(lookNote), ctx.now)) return;
  const { step, earlier } = position;
  const weight = weightAt(position);
  await ctx.note(lookNote, lookOf({ at: ctx.now, step, weight, decision, observation, earlier }));
}

async function promote(
  ctx: StageContext,
  ports: RolloutPorts,
  release: Deploys,
  position: Position,
): Promise<Outcome> {
  const { service, digest } = release;
  await ctx.effect(`promote-${position.nonce}`, { service, digest, flag: position.flag }, async () => {
    await ports.runtime.route({ service, stable: digest, candidate: null });
    return {};
  });
  await ctx.effect(`retire-${position.nonce}`, { flag: position.flag }, async () => {
    await ports.flags.retire(position.flag);
    return {};
  });
  const seconds = (ctx.now.getTime() - new Date(position.since).getTime()) / 1000;
  const exposure = readExposure(ctx.recall(lookNote));
  return { kind: 'done', data: { ran: true, flag: position.flag, seconds, ...exposure } };
}

/** What production ran before needs no canary, and its users no further minute of what is taken back. */
async function restore(ctx: StageContext, ports: RolloutPorts, release: Deploys): Promise<Outcome> {
  const { service, digest } = release;
  await ctx.effect('restore', { service, digest }, async () => {
    await ports.runtime.route({ service, stable: digest, candidate: null });
    return {};
  });
  return { kind: 'done', data: { ran: true, flag: null, seconds: 0, ...readExposure(undefined) } };
}

type Why = { readonly code: string; readonly reason: string };

async function rollBack(
  ctx: StageContext,
  ports: RolloutPorts,
  position: Position | undefined,
  why: Why,
): Promise<Outcome> {
  return end(ctx, ports, position, { outcome: 'rolled-back', ...why });
}

async function hold(ctx: StageContext, ports: RolloutPorts, position: Position, why: Why): Promise<Outcome> {
  return end(ctx, ports, position, { outcome: 'held', ...why });
}

/**
 * Journalled before the flag closes: a process killed in between leaves a closed flag, and without the note the next
 * would take that for a person's kill.
 */
async function end(
  ctx: StageContext,
  ports: RolloutPorts,
  position: Position | undefined,
  ending: Ending,
): Promise<Outcome> {
  if (ctx.recall(endingNote) === undefined) await orClosed(ports, position, ctx.note(endingNote, ending));
  if (position !== undefined) await close(ctx, ports, position, ending);
  return stop(conclusionOf(ending));
}

/** A journal that cannot be written, as on a full disk, must not keep open what harms users. */
async function orClosed(
  ports: RolloutPorts,
  position: Position | undefined,
  journalled: Promise<void>,
): Promise<void> {
  try {
    await journalled;
  } catch (thrown) {
    if (position !== undefined) await ports.flags.kill(position.flag, 'rollout.not-journalled');
    throw thrown;
  }
}

/** The flag first, whatever comes after. */
async function close(ctx: StageContext, ports: RolloutPorts, position: Position, why: Why): Promise<void> {
  await ctx.closing(
    `close-${position.nonce}`,
    { flag: position.flag, code: why.code, why: why.reason },
    async () => {
      await ports.flags.kill(position.flag, why.code);
      return {};
    },
  );
}

function stop(conclusion: Conclusion): Outcome {
  return { kind: 'stop', conclusion };
}

function again(ctx: StageContext, afterMs: number): Outcome {
  return { kind: 'again', at: new Date(ctx.now.getTime() + afterMs) };
}
