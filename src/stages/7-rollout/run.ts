import { policyDigest } from '../../config/policy-digest.ts';
import type { Demotion } from '../../domain/autonomy.ts';
import { endingNote } from '../../domain/exposure.ts';
import type { Signal } from '../../domain/journal.ts';
import type { StageContext } from '../../domain/stage.ts';
import type { Rules } from '../../ports/rules.ts';
import { demotionBelow } from '../../views/autonomy.ts';
import { frozenReason } from '../../views/freeze.ts';
import { alterationOf } from './altered.ts';
import { readCommand } from './commands.ts';
import { readEnding } from './ending.ts';
import {
  afterCommand,
  holdOn,
  notRaised,
  type Position,
  positionNote,
  readPosition,
  weightAt,
} from './position.ts';
import { end, pauseAll, rollBack } from './run-closing.ts';
import { armsOf, heldForItsFlags } from './run-code-flag.ts';
import { look, open, promote, restore } from './run-looking.ts';
import { again, type Deploys, type Outcome, type RolloutPorts } from './run-ports.ts';
import { isWatched, type Watched, watch } from './run-watching.ts';
import { type Barrier, barrierTo, settingsOf } from './settings.ts';

const killed = { code: 'rollout.killed', reason: 'its flag was killed' };

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
  if (isWatched(position)) return watchUnlessKilled(ctx, ports, release, position);
  // Before all that closes it for a while: what a person closes must not start anew, with another flag, once that is over.
  const before = position === undefined ? undefined : await ports.flags.read(position.flag);
  if (before?.killedBy !== undefined) return rollBack(ctx, ports, position, killed);

  const rules = await ports.rules.load();
  const settings = settingsOf(rules.config, ctx.results.guardrails?.results ?? []);
  const barrier = await barrierNow(ctx, ports, release, rules);
  if (barrier !== undefined && (barrier.closes || position?.open !== true))
    return pauseAll(ctx, ports, release, { position, barrier });
  if (release.restores) return restore(ctx, ports, release);
  const unfit = position === undefined ? heldForItsFlags(ctx) : undefined;
  if (unfit !== undefined) return unfit;
  if (position?.open !== true || position.ordered === 'anew')
    return open(ctx, ports, release, { before: position, settings });
  const arms = armsOf(release, position);
  const flag = await ports.flags.read(position.flag);
  if (flag?.killed === true) return rollBack(ctx, ports, position, killed);
  // Once decided it is finished: after a crash the route may be swapped already, and then there is no canary to look at.
  if (position.ordered === 'promote') return promote(ctx, ports, arms, position);
  const altered = alterationOf(flag, position);
  if (altered !== undefined) {
    await ctx.note('rollout.flag-altered', { found: altered });
    await ctx.note(positionNote, { ...position, ordered: 'anew' });
    return again(ctx, 0);
  }
  const mayRaise = barrier === undefined;
  const carriedOut = await heldRaise(ctx, position, { share: flag?.weight ?? 0, mayRaise });
  return look(ctx, ports, arms, { position: carriedOut, settings, mayRaise });
}

/** A flag in the code is there to be killed while everybody has it, too. */
async function watchUnlessKilled(
  ctx: StageContext,
  ports: RolloutPorts,
  release: Deploys,
  position: Watched,
): Promise<Outcome> {
  const flag = position.code == null ? undefined : await ports.flags.read(position.flag);
  if (flag?.killed === true) return rollBack(ctx, ports, position, killed);
  return watch(ctx, ports, release, position);
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
    demotion: await demotionNow(ctx, ports),
    decided: ctx.results.policy,
    policyDigest: policyDigest(rules),
    expires: release.expires,
    now: ctx.now,
  });
}

async function demotionNow(ctx: StageContext, ports: RolloutPorts): Promise<Demotion | undefined> {
  const { classify } = ctx.results;
  return classify && demotionBelow(await ports.autonomy(), classify.class, 'deploy');
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
