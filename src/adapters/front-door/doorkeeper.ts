import { messageOf } from '../../domain/errors.ts';
import type { FrontDoorCommands } from '../../ports/runtime.ts';
import { serveAdmin } from '../router/admin.ts';
import { follower, watchState } from '../router/state-files.ts';
import { CommandCaller } from '../runtime/command/command-caller.ts';
import type { Grant } from '../runtime/command/executable.ts';
import { stateLayout } from '../runtime/state-layout.ts';
import { Troubles } from '../runtime/troubles.ts';
import { closeServer } from '../runtime/unix-http.ts';
import type { DoorkeeperStatus } from './doorkeeper-client.ts';
import { type Counters, FrontDoorGate } from './front-door-gate.ts';
import { Ramping } from './ramping.ts';
import { WitnessProgram } from './witness-program.ts';

export type DoorkeeperOptions = {
  readonly stateDir: string;
  readonly service: string;
  readonly commands: FrontDoorCommands;
  /** Which programs this machine allows. */
  readonly grant: Grant;
};

export type Doorkeeper = {
  /** Has the front door close first, if that is possible within so long. */
  close(withinMs?: number): Promise<void>;
};

/**
 * Stands in the router's place where a front door of the operator's own splits users: exposes them only under a lease, by `ramp`, and
 * witnesses what they meet, by `witness`.
 */
export async function createDoorkeeper(options: DoorkeeperOptions, counters: Counters): Promise<Doorkeeper> {
  const { service, commands, stateDir } = options;
  const layout = stateLayout(stateDir);
  const caller = new CommandCaller(options.grant);
  const troubles = new Troubles();
  const ramping = new Ramping({
    troubles,
    call: (told, { seconds = Number.POSITIVE_INFINITY, signal }) =>
      caller.call('ramp', commands, told, { seconds: Math.min(seconds, commands.timeoutSeconds), signal }),
  });
  const gate = new FrontDoorGate({ service, counters, ramping });
  const follow = follower(layout, service, (facts, routed) => gate.update(facts, routed));
  follow();
  const unwatch = watchState(layout, follow);
  const witness = new WitnessProgram({
    begin: () => caller.begin('witness', commands, { service }),
    ready: () => gate.ready(),
    line: (text) => gate.heard(text),
    lost: (why) => {
      troubles.tell(`the witness of ${service} was lost, and starts again: ${why}`);
      gate.lost(why);
    },
  });
  const status = (): DoorkeeperStatus => statusOf(service, gate, ramping);
  const followed = async () => {
    follow();
    await ramping.settled();
  };
  const more = { 'POST /follow': followed };
  const admin = await serveAdmin({ layout, service, gate, follow, status, more });
  return {
    close: async (withinMs = 0) => {
      unwatch();
      gate.close();
      await settledWithin(withinMs, ramping);
      witness.close();
      ramping.close();
      caller.close();
      await closeServer(admin.server);
    },
  };
}

function statusOf(service: string, gate: FrontDoorGate, ramping: Ramping): DoorkeeperStatus {
  const { known, failure } = ramping;
  return {
    service,
    closed: gate.closed() ?? null,
    has: known === undefined ? null : { stable: known.stable.digest, weight: known.exposed?.weight ?? 0 },
    failure: failure === undefined ? null : messageOf(failure),
    blind: gate.blind ?? null,
    lines: gate.lines,
    lastRequestAt: gate.lastRequestAt,
  };
}

/** What cannot be reached closes by itself at `closesAt`. */
async function settledWithin(ms: number, ramping: Ramping): Promise<void> {
  const until = performance.now() + ms;
  while (!ramping.isSettled && performance.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 20));
}
