import { messageOf } from '../../domain/errors.ts';
import { endingNote } from '../../domain/exposure.ts';
import { failingRoutes, reportsNote } from '../../domain/failing-routes.ts';
import type { JsonObject } from '../../domain/json.ts';
import { slowReportSeconds } from '../../domain/self-report.ts';
import type { StageContext } from '../../domain/stage.ts';
import type { Route } from '../../ports/runtime.ts';
import { conclusionOf, type Ending } from './ending.ts';
import { type Position, positionNote, splitsOf } from './position.ts';
import { noteFate } from './run-code-flag.ts';
import { again, type Deploys, type Outcome, type RolloutPorts, stop } from './run-ports.ts';
import type { Barrier } from './settings.ts';

export type Why = { readonly code: string; readonly reason: string };

export async function rollBack(
  ctx: StageContext,
  ports: RolloutPorts,
  position: Position | undefined,
  why: Why,
): Promise<Outcome> {
  return end(ctx, ports, position, { outcome: 'rolled-back', ...why });
}

export async function hold(
  ctx: StageContext,
  ports: RolloutPorts,
  position: Position,
  why: Why,
): Promise<Outcome> {
  return end(ctx, ports, position, { outcome: 'held', ...why });
}

/**
 * Journalled before the flag closes: a process killed in between leaves a closed flag, and without the note the next
 * would take that for a person's kill.
 */
export async function end(
  ctx: StageContext,
  ports: RolloutPorts,
  position: Position | undefined,
  ending: Ending,
): Promise<Outcome> {
  if (ctx.recall(endingNote) === undefined) {
    const journalled = ctx.note(endingNote, ending);
    await (ending.outcome === 'rolled-back' ? orClosed(ctx, ports, position, journalled) : journalled);
  }
  const had = hadByAll(ctx, position);
  if (position !== undefined) {
    for (const split of splitsOf(position)) await close(ctx, ports, split, ending);
    if (had !== undefined) await takeBackPromotion(ctx, ports, had, position);
    await noteFate(ctx, position, ending.outcome);
    await noteReports(ctx, ports);
  }
  return stop(conclusionOf(ending));
}

/** For people, after all that helps users. It decides nothing, so nothing that fails here may hinder the ending. */
async function noteReports(ctx: StageContext, ports: RolloutPorts): Promise<void> {
  const { release } = ctx.results;
  if (release?.deploys !== true || ctx.recall(reportsNote) !== undefined) return;
  const arms = { canary: release.digest, baseline: release.stable };
  const told = await ports.reports.reports(release.service).then(
    (reports) => failingRoutes(reports, arms, slowReportSeconds),
    (thrown: unknown) => ({ routes: [], variants: [], slowEverySeconds: null, missing: messageOf(thrown) }),
  );
  await ctx.note(reportsNote, told as unknown as JsonObject);
}

/**
 * A journal that cannot be written, as on a full disk, must not keep open what harms users. Only for what is rolled back:
 * the next look takes the closed flag for a person's kill. What is held ends with its lease.
 */
export async function orClosed(
  ctx: Pick<StageContext, 'results'>,
  ports: RolloutPorts,
  position: Position | undefined,
  journalled: Promise<void>,
): Promise<void> {
  try {
    await journalled;
  } catch (thrown) {
    const had = hadByAll(ctx, position);
    // A flag in the code is what changed last: with it closed the version may wait for its ending to be journalled.
    if (had !== undefined && position?.code == null)
      await ports.runtime.route({ service: had.service, stable: had.stable, candidate: null });
    else if (position !== undefined) await ports.flags.kill(position.flag, 'rollout.not-journalled');
    throw thrown;
  }
}

/** Set where everybody has the candidate: its own flag was retired, and the route alone takes it back. */
function hadByAll(
  { results: { release } }: Pick<StageContext, 'results'>,
  position: Position | undefined,
): Deploys | undefined {
  const isHad = position?.watchedSince != null || position?.code != null;
  return isHad && release?.deploys === true ? release : undefined;
}

/** The flag first, whatever comes after. */
export async function close(
  ctx: StageContext,
  ports: RolloutPorts,
  position: Position,
  why: Why,
): Promise<void> {
  await ctx.closing(
    `close-${position.nonce}`,
    { flag: position.flag, code: why.code, why: why.reason },
    async () => {
      await ports.flags.kill(position.flag, why.code);
      return {};
    },
  );
}

/** Stopped or out of its rules: exposure ends at once; when the barrier falls the rollout starts anew. */
export async function pauseAll(
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
    // Everybody goes on having the version: with its flag off it is what they had before.
    if (position.code == null) await takeBackPromotion(ctx, ports, release, position);
    await ctx.note(positionNote, { ...anew, open: false });
  }
  if (barrier.final && position?.code != null)
    return hold(ctx, ports, position, { code: barrier.code, reason: barrier.why });
  if (barrier.final) return stop({ outcome: 'held', code: barrier.code, reasons: [barrier.why] });
  return again(ctx, 500);
}

/** A promotion may have swapped the route, and not come to its receipt: closing the flag alone would take it from nobody. */
async function takeBackPromotion(
  ctx: StageContext,
  ports: RolloutPorts,
  { service, stable, digest }: Deploys,
  { nonce, trial }: Position,
): Promise<void> {
  const routes = await ports.runtime.routes();
  const isOn = (route: Route) => route.stable === digest || (trial != null && route.candidate !== null);
  if (!routes.some((route) => route.service === service && isOn(route))) return;
  await ctx.closing(`take-back-${nonce}`, { service, stable }, async () => {
    await ports.runtime.route({ service, stable, candidate: null });
    return {};
  });
}
