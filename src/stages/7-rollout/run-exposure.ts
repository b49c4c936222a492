import { lookNote } from '../../domain/exposure.ts';
import { defaultWaitTerms, type WaitTerms } from '../../domain/latency.ts';
import type { Observation } from '../../domain/rollout.ts';
import type { StageContext } from '../../domain/stage.ts';
import { waitTerms } from './coins.ts';
import { type Decided, lookOf } from './look.ts';
import { type Position, weightAt, worthJournalling } from './position.ts';
import type { RolloutPorts } from './run-ports.ts';

const usualTolerance = 1.4;

/** What a router from before an upgrade does by itself; by which factor, is then taken into account where waits are compared. */
function isUsual({ tolerate, warmUpSeconds }: WaitTerms): boolean {
  return tolerate === usualTolerance && warmUpSeconds === defaultWaitTerms.warmUpSeconds;
}

/** Where nothing is decided, only now and then. */
export async function noteLook(
  ctx: StageContext,
  position: Position,
  decision: Decided,
  observation: Observation | undefined,
): Promise<void> {
  if (decision.kind === 'continue' && !worthJournalling(position, ctx.recall(lookNote), ctx.now)) return;
  const { step, earlier } = position;
  const weight = weightAt(position);
  await ctx.note(lookNote, lookOf({ at: ctx.now, step, weight, decision, observation, earlier }));
}

type Lease = {
  readonly service: string;
  readonly position: Position;
  /** Of the flag. */
  readonly version: number;
  readonly leaseMs: number;
};

/** MUST come last, so that exposure ends with its lease where nothing can be decided, or a decision cannot be journalled. */
export async function lease(
  { witness }: Pick<RolloutPorts, 'witness'>,
  { service, position, version, leaseMs }: Lease,
): Promise<void> {
  const { flag, nonce, step, plan } = position;
  const metrics = plan.metrics?.map(({ name, kind }) => ({ name, kind })) ?? [];
  // A router that was started before an upgrade takes no metrics: where there are none it need not know of them.
  const counted = metrics.length === 0 ? {} : { metrics };
  const waits = waitTerms(plan);
  await witness.lease({
    service,
    flag,
    nonce,
    version,
    step,
    weight: weightAt(position),
    leaseMs,
    ...counted,
    ...(waits === undefined || isUsual(waits) ? {} : { waits }),
  });
}
