import { lookNote, readExposure } from '../../domain/exposure.ts';
import type { StageContext } from '../../domain/stage.ts';
import { type Alarm, type Position, positionNote } from './position.ts';
import { orClosed } from './run-closing.ts';
import { again, type Deploys, type Outcome, type RolloutPorts } from './run-ports.ts';
import { takeBack } from './run-trial.ts';
import { mostTrials, trialAt, trialsOf } from './trial.ts';

/** An alarm asks before it blames, unless it may not. */
export async function meetAlarm(
  ctx: StageContext,
  ports: RolloutPorts,
  { service }: Deploys,
  { position, alarm }: { readonly position: Position; readonly alarm: Alarm },
): Promise<Outcome> {
  const earlier = readExposure(ctx.recall(lookNote));
  const { now } = ctx;
  const trial = trialAt(position, { alarm, service, nonce: ports.nonce(), earlier, now });
  // Under a stop the router exposes nobody, so that there would be nothing to compare.
  const stopped = trial && (await ports.controls.stopped());
  if (trial === undefined || stopped !== undefined) {
    const before = trialsOf(position) >= mostTrials ? ', and not for the first time' : '';
    const under = stopped === undefined ? '' : `, and ${stopped.by} has stopped all that could tell why`;
    return takeBack(
      ctx,
      ports,
      position,
      `${alarm.reason}${before}${under}: it is taken back, as what changed last.`,
    );
  }
  // Where this cannot be journalled, everybody has the version before.
  await orClosed(ctx, ports, position, ctx.note(positionNote, { ...position, trial }));
  return again(ctx, 0);
}
