import { messageOf } from '../../domain/errors.ts';
import { trialNote } from '../../domain/exposure.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { StageContext } from '../../domain/stage.ts';
import { type Position, positionNote, type Trial, weightAt } from './position.ts';
import { orClosed, rollBack } from './run-closing.ts';
import { lease, noteLook } from './run-exposure.ts';
import { again, type Deploys, type Outcome, type RolloutPorts } from './run-ports.ts';
import { keepRoute } from './run-route.ts';
import { clearedBy } from './trial.ts';
import { type Hindrance, hindranceOf } from './trial-hindrance.ts';
import { judgeTrial, openingReason, type TrialDecision, type TrialInput } from './watch-trial.ts';

/** Not the branch's: a configuration that cannot be read must not keep a trial open. */
const lookMs = 500;
const leaseMs = 5_000;

type Tried = Position & { readonly trial: Trial };

export function isTried(position: Position): position is Tried {
  return position.trial != null;
}

/** One look at a trial. Whatever cannot be found out ends with everybody on the version before. */
export async function tryOut(
  ctx: StageContext,
  ports: RolloutPorts,
  release: Deploys,
  position: Tried,
): Promise<Outcome> {
  const { trial } = position;
  const ended = await hindered(ctx, ports, release, position);
  if (ended !== undefined) return rollBack(ctx, ports, position, ended);
  if (trial.ordered === 'promote') return clear(ctx, ports, release, position);
  const version = await openFlag(ctx, ports, release, trial);
  await keepRoute(ctx, ports, release, trial);
  await noteOpening(ctx, trial);
  const seen = await sight(ctx, ports, release, trial);
  const decision = judgeTrial(seen);
  const harmed = decision.kind === 'rollback' || decision.kind === 'take-back';
  const journalled = noteLook(ctx, trial, decision, seen.observation);
  await (harmed ? orClosed(ctx, ports, position, journalled) : journalled);
  if (harmed) return takeBack(ctx, ports, position, decision.reason);
  if (decision.kind === 'clear') return decideToClear(ctx, position, decision);
  await keep(ctx, position, {
    ...trial,
    epoch: trial.epoch ?? seen.observation?.epoch ?? null,
    harmMet: decision.harmMet,
  });
  if (seen.unanswered === undefined)
    await lease(ports, { service: release.service, position: trial, version, leaseMs });
  return again(ctx, lookMs);
}

async function hindered(
  ctx: StageContext,
  ports: RolloutPorts,
  { service, digest }: Deploys,
  { trial }: Tried,
): Promise<Hindrance | undefined> {
  // While the supervisor starts again, users have the route that the router has read.
  const routes = await ports.runtime.routes().catch(() => undefined);
  return hindranceOf(trial, {
    stopped: await ports.controls.stopped(),
    flag: await ports.flags.read(trial.flag),
    route: routes && (routes.find((one) => one.service === service) ?? null),
    digest,
    now: ctx.now,
  });
}

export function takeBack(
  ctx: StageContext,
  ports: RolloutPorts,
  position: Position,
  reason: string,
): Promise<Outcome> {
  return rollBack(ctx, ports, position, { code: 'rollout.watch', reason });
}

/** The route first: until the first lease everybody has the version before, also where the flag cannot be written. */
async function openFlag(
  ctx: StageContext,
  ports: RolloutPorts,
  release: Deploys,
  trial: Trial,
): Promise<number> {
  const { flag, nonce } = trial;
  const weight = weightAt(trial);
  const { service, digest, stable } = release;
  return ctx.closing(
    `try-${nonce}`,
    { flag, weight, digest, service, why: openingReason(trial) },
    async () => {
      await ports.runtime.route({ service, stable, candidate: { digest, flag, nonce } });
      return (await ports.flags.write(flag, weight, 0)).version;
    },
  );
}

async function noteOpening(ctx: StageContext, trial: Trial): Promise<void> {
  if (ctx.recall(trialNote)?.nonce === trial.nonce) return;
  await ctx.note(trialNote, noteOf(trial, { kind: 'opened', at: trial.since, reason: openingReason(trial) }));
}

function noteOf(
  { nonce, number }: Trial,
  what: { kind: 'opened' | 'cleared'; at: string; reason: string },
): JsonObject {
  return { nonce, number, ...what };
}

/** A router that is away gives no lease either, and everybody has the version before. */
async function sight(
  { now }: StageContext,
  { witness }: RolloutPorts,
  { service }: Deploys,
  trial: Trial,
): Promise<TrialInput> {
  // Who stands in for a killed control plane has leased nothing yet, and must not take that for a router without memory.
  return witness.observe(trial.nonce, service).then(
    (observation) => ({ trial, observation, now }),
    (thrown: unknown) => ({ trial, observation: undefined, unanswered: messageOf(thrown), now }),
  );
}

/** Journals what is new of it. */
async function keep(ctx: StageContext, position: Tried, trial: Trial): Promise<void> {
  const { epoch, harmMet } = position.trial;
  if (trial.epoch === epoch && trial.harmMet === harmMet) return;
  await ctx.note(positionNote, { ...position, trial });
}

async function decideToClear(
  ctx: StageContext,
  position: Tried,
  { reason, harmMet }: TrialDecision,
): Promise<Outcome> {
  const trial: Trial = { ...position.trial, harmMet, verdict: reason, ordered: 'promote' };
  await ctx.note(positionNote, { ...position, trial });
  return again(ctx, 0);
}

/** Everybody has the new version again, and the watch goes on. */
async function clear(
  ctx: StageContext,
  ports: RolloutPorts,
  { service, digest }: Deploys,
  position: Tried,
): Promise<Outcome> {
  const { trial } = position;
  const { nonce, flag, verdict } = trial;
  await ctx.effect(`clear-${nonce}`, { service, digest, flag, why: verdict }, async () => {
    await ports.runtime.route({ service, stable: digest, candidate: null });
    await ports.flags.retire(flag);
    return {};
  });
  const at = ctx.now.toISOString();
  await ctx.note(trialNote, noteOf(trial, { kind: 'cleared', at, reason: verdict ?? '' }));
  await ctx.note(positionNote, { ...position, trial: null, cleared: clearedBy(position, trial, ctx.now) });
  return again(ctx, 2 * lookMs);
}
