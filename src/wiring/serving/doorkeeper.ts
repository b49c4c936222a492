import { flushCompileCache } from 'node:module';
import { createDoorkeeper, type DoorkeeperOptions } from '../../adapters/front-door/doorkeeper.ts';
import type { Counters, Pauses } from '../../adapters/front-door/front-door-gate.ts';
import { awaitRelease, endWithStdin } from '../../adapters/runtime/keep-alive.ts';
import { RequestCoverage } from '../../stages/7-rollout/recorded/coverage.ts';
import { LiveRollout } from '../../stages/7-rollout/recorded/live-rollout.ts';
import { readRecord } from '../../stages/7-rollout/recorded/read-record.ts';

export type DoorkeeperProcessOptions = DoorkeeperOptions & { readonly ephemeral: boolean };

const staleAfterSeconds = 10;
/** Less than the supervisor gives a process to end. */
const closeWithinMs = 4000;

/** The process in the router's place, where a front door of the operator's own splits users. */
export async function runDoorkeeper({ ephemeral, ...options }: DoorkeeperProcessOptions): Promise<void> {
  await awaitRelease();
  const door = await createDoorkeeper(options, liveCounters);
  const end = () => void door.close(closeWithinMs).then(() => process.exit(0));
  process.once('SIGTERM', end).once('SIGINT', end);
  if (ephemeral) endWithStdin(end);
  flushCompileCache();
}

/** Lines are read and counted as `autoland analyze` does. */
export const liveCounters: Counters = {
  read: readRecord,
  counting: (options) => new LiveRollout(options),
  pauses,
};

/** Windows tell themselves whether one follows on the other. */
function pauses(): Pauses {
  const coverage = new RequestCoverage(staleAfterSeconds);
  return {
    seen: (record) => {
      if (record.kind === 'request') coverage.add([record]);
    },
    gapAt: (t) => coverage.gapAt(t),
  };
}
