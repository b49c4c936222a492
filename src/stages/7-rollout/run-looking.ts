import { forecastNote, lookNote, readExposure } from '../../domain/exposure.ts';
import { flagKey, type Observation, type RolloutPlan } from '../../domain/rollout.ts';
import type { StageContext } from '../../domain/stage.ts';
import { analysisInput } from './analysis-input.ts';
import { analyze, type RolloutDecision } from './analyze.ts';
import { forecast, trafficOf } from './forecast.ts';
import { begun, holdOn, observed, type Position, positionNote, raised, weightAt } from './position.ts';
import { decisionOfRequests, type RequestsHold } from './recorded/of-requests.ts';
import { close, hold, orClosed, rollBack } from './run-closing.ts';
import { lease, noteLook } from './run-exposure.ts';
import { again, type Deploys, type Outcome, type RolloutPorts, stop } from './run-ports.ts';
import { keepRoute } from './run-route.ts';
import { promoted } from './run-watching.ts';
import type { RolloutSettings } from './settings.ts';

const maxStarts = 5;

type Opening = { readonly before: Position | undefined; readonly settings: RolloutSettings };

export async function open(
  ctx: StageContext,
  ports: RolloutPorts,
  release: Deploys,
  { before, settings }: Opening,
): Promise<Outcome> {
  if (before?.open === true)
    await close(ctx, ports, before, { code: 'rollout.anew', reason: 'the rollout starts anew' });
  if ((before?.starts ?? 0) >= maxStarts) {
    const reasons = [
      `the rollout had to start anew ${maxStarts} times (the witness lost its memory, it was stopped, or somebody altered its flag)`,
    ];
    return stop({ outcome: 'held', code: 'rollout.too-many-starts', reasons });
  }
  const nonce = ports.nonce();
  const flag = flagKey(release.service, nonce);
  const earlier = readExposure(ctx.recall(lookNote));
  const position = begun(before, { nonce, flag, plan: settings.plan, earlier, now: ctx.now });
  await ctx.note(positionNote, position);
  await noteForecast(ctx, ports, { plan: position.plan, service: release.service, lookMs: settings.lookMs });
  return again(ctx, 0);
}

type Foreseen = { readonly plan: RolloutPlan; readonly service: string; readonly lookMs: number };

/** For people's eyes: where nobody counts users yet, there is none. */
async function noteForecast(
  ctx: StageContext,
  { witness }: Pick<RolloutPorts, 'witness'>,
  { plan, service, lookMs }: Foreseen,
): Promise<void> {
  const traffic = trafficOf(
    await witness.totals(service).catch(() => ({ at: '', from: '', users: [], failingUsers: [] })),
  );
  if (traffic === undefined) return;
  const { seconds, worst } = forecast(plan, traffic, lookMs / 1000);
  await ctx.note(forecastNote, { traffic, seconds, worst });
}

type Looking = {
  readonly position: Position;
  readonly settings: RolloutSettings;
  readonly mayRaise: boolean;
};

export async function look(
  ctx: StageContext,
  ports: RolloutPorts,
  release: Deploys,
  at: Looking,
): Promise<Outcome> {
  const { position, settings } = at;
  const version = await expose(ctx, ports, release, at);
  await keepRoute(ctx, ports, release, position);
  const observation = await ports.witness.observe(position.nonce, release.service);
  const analysis = analyze(analysisInput(position, settings, observation, ctx.now));
  const looked: Looked = { ...at, observation, decision: ofUnit(heldBack(at, analysis), observation) };
  const journalled = noteLook(ctx, position, looked.decision, observation);
  await (looked.decision.kind === 'rollback' ? orClosed(ctx, ports, position, journalled) : journalled);
  if (looked.decision.kind !== 'continue') return act(ctx, ports, release, looked);
  if (position.epoch === null && observation !== undefined)
    await ctx.note(positionNote, observed(position, observation));
  const { leaseMs } = settings;
  await lease(ports, { service: release.service, position, version, leaseMs });
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
  const code = at.position.code ?? undefined;
  const weight = weightAt(at.position);
  const { service, digest, stable } = release;
  const intent = { flag, weight, digest, service, ...(code === undefined ? {} : { code }) };
  return ctx.effect(`expose-${nonce}-${step}`, intent, async () => {
    const written = await ports.flags.write(flag, weight, step, code);
    if (step === 0) await ports.runtime.route({ service, stable, candidate: { digest, flag, nonce } });
    return written.version;
  });
}

type Decision = RolloutDecision | RequestsHold;
type Looked = Looking & { readonly observation: Observation | undefined; readonly decision: Decision };

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

/** Where users cannot be told apart, nothing goes on. */
function ofUnit(decision: RolloutDecision, observation: Observation | undefined): Decision {
  const requests = observation?.requests;
  return requests === undefined ? decision : decisionOfRequests(decision, requests.calibration ?? undefined);
}

export async function promote(
  ctx: StageContext,
  ports: RolloutPorts,
  release: Deploys,
  position: Position,
): Promise<Outcome> {
  const { service, digest } = release;
  const { flag, nonce, code } = position;
  if (code != null) return promoteCode(ctx, ports, release, { ...position, code });
  await ctx.effect(`promote-${nonce}`, { service, digest, flag }, async () => {
    await ports.runtime.route({ service, stable: digest, candidate: null });
    return {};
  });
  await ctx.effect(`retire-${nonce}`, { flag }, async () => {
    await ports.flags.retire(flag);
    return {};
  });
  return promoted(ctx, position);
}

/** The flag stays, on for everybody, for as long as the code asks for it: it is the kill switch. */
async function promoteCode(
  ctx: StageContext,
  ports: RolloutPorts,
  { service, digest }: Deploys,
  position: Position & { readonly code: string },
): Promise<Outcome> {
  const { flag, nonce, code, step } = position;
  await ctx.effect(`promote-${nonce}`, { service, digest, flag, code }, async () => {
    await ports.flags.write(flag, 1, step + 1, code);
    await ports.runtime.route({ service, stable: digest, candidate: null });
    return {};
  });
  return promoted(ctx, position);
}

/** What production ran before needs no canary, and its users no further minute of what is taken back. */
export async function restore(ctx: StageContext, ports: RolloutPorts, release: Deploys): Promise<Outcome> {
  const { service, digest } = release;
  await ctx.effect('restore', { service, digest }, async () => {
    await ports.runtime.route({ service, stable: digest, candidate: null });
    return {};
  });
  return { kind: 'done', data: { ran: true, flag: null, seconds: 0, ...readExposure(undefined) } };
}
