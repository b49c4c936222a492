import { DoorkeeperClient, type DoorkeeperStatus } from '../../adapters/front-door/doorkeeper-client.ts';
import { RouterClient } from '../../adapters/router/router-client.ts';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import type { Totals } from '../../domain/rollout.ts';
import type { Missing } from './doctor-check.ts';

/** Rejects with what is wrong: nothing is exposed until it is mended. */
export async function examineFrontDoor(state: string, service: string): Promise<string | Missing> {
  try {
    const status = await new DoorkeeperClient(state, service).status();
    return toldOf(status, await new RouterClient(state, service).totals());
  } catch (thrown) {
    if (!(thrown instanceof AutolandError) || thrown.code !== 'runtime.unreachable') throw thrown;
    return { missing: messageOf(thrown), mend: 'autoland up' };
  }
}

/** Throws `command.failed`. */
export function toldOf(status: DoorkeeperStatus, { unit }: Totals): string {
  const { has, failure, blind, lastRequestAt } = status;
  if (failure !== null)
    throw new AutolandError('command.failed', `ramp fails, and is called again and again: ${failure}`, {
      mend: 'call it by hand with the same input; until it answers, nobody knows who gets which version',
    });
  if (blind !== null)
    throw new AutolandError('command.failed', `nobody sees what users meet: ${blind}`, {
      mend: 'start witness by hand with the same input: its first line is {"ready":true}',
    });
  return [
    whoGetsWhat(has),
    lastRequestAt === null
      ? 'the witness is ready, and has told of nobody'
      : `last answer at ${lastRequestAt}`,
    ...(unit === 'request'
      ? ['it counts requests: a rollout may be rolled back or held, and promotes nothing']
      : []),
    'where all of autoland dies in the middle of a rollout, users keep their version until closesAt (60 s), if the front door heeds it',
  ].join('; ');
}

function whoGetsWhat(has: DoorkeeperStatus['has']): string {
  if (has === null) return 'it is being told who gets which version';
  if (has.weight === 0) return 'everybody gets stable';
  return `${Number((100 * has.weight).toFixed(2))} % of users get the candidate`;
}
