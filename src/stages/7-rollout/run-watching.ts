import { watchNote } from '../../domain/exposure.ts';
import type { StageContext } from '../../domain/stage.ts';
import { type Position, positionNote } from './position.ts';
import { meetAlarm } from './run-alarm.ts';
import { orClosed, rollBack } from './run-closing.ts';
import { settled } from './run-code-flag.ts';
import { again, type Deploys, type Outcome, type RolloutPorts } from './run-ports.ts';
import { isTried, tryOut } from './run-trial.ts';
import { judgeWatch, type WatchDecision } from './watch.ts';

const lookMs = 1000;
/** The journal gets one of so many looks, and each that decides. */
const noteMs = 30_000;

/** Everybody has the candidate: done, or watched for a while first. */
export async function promoted(ctx: StageContext, position: Position): Promise<Outcome> {
  if (position.plan.watch === undefined) return settled(ctx, position);
  await ctx.note(positionNote, { ...position, ordered: null, watchedSince: ctx.now.toISOString() });
  return again(ctx, lookMs);
}

export type Watched = Position & { readonly watchedSince: string };

export function isWatched(position: Position | undefined): position is Watched {
  return position?.watchedSince != null;
}

/** One look at what everybody has. Neither a stop nor a frozen window matters: nothing is raised any more. */
export async function watch(
  ctx: StageContext,
  ports: RolloutPorts,
  release: Deploys,
  position: Watched,
): Promise<Outcome> {
  if (isTried(position)) return tryOut(ctx, ports, release, position);
  const { service, digest } = release;
  // While the supervisor starts again, users have the route that the router has read.
  const routes = await ports.runtime.routes().catch(() => undefined);
  if (routes !== undefined && routes.find((one) => one.service === service)?.stable !== digest) {
    const reason = 'Users were given the version before again while the new one was watched.';
    return rollBack(ctx, ports, position, { code: 'rollout.taken-back', reason });
  }
  const { plan, before } = position;
  if (plan.watch === undefined) return settled(ctx, position);
  const decision = judgeWatch({
    plan: plan.watch,
    ceiling: plan.ceiling,
    before,
    totals: await ports.witness.totals(service),
    ...timeOf(position),
    now: ctx.now,
  });
  if (decision.kind === 'alarm') {
    const { alarm } = decision;
    await orClosed(ctx, ports, position, journal(ctx, decision));
    return meetAlarm(ctx, ports, release, { position, alarm });
  }
  await journal(ctx, decision);
  return decision.kind === 'over' ? settled(ctx, position) : again(ctx, lookMs);
}

/** Trials do not count: while they last, not everybody has it. */
function timeOf({ watchedSince, cleared }: Watched): { readonly since: Date; readonly from: Date } {
  const since = new Date(Date.parse(watchedSince) + 1000 * (cleared?.seconds ?? 0));
  return { since, from: new Date(cleared?.at ?? watchedSince) };
}

async function journal(ctx: StageContext, { kind, reason, evidence }: WatchDecision): Promise<void> {
  const last = ctx.recall(watchNote)?.at;
  const isDue = typeof last !== 'string' || ctx.now.getTime() - Date.parse(last) >= noteMs;
  if (kind === 'continue' && !isDue) return;
  await ctx.note(watchNote, { at: ctx.now.toISOString(), decision: kind, reason, evidence });
}
