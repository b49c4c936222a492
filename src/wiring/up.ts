import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { DsseVerifier } from '../adapters/attestor/dsse-verifier.ts';
import type { FlagServiceProcessOptions } from '../adapters/flag-service/flag-service-process.ts';
import { DoorkeeperClient } from '../adapters/front-door/doorkeeper-client.ts';
import { FileKeyRing } from '../adapters/keys/file-key-ring.ts';
import { FileReleaseStore } from '../adapters/release-store/file-release-store.ts';
import type { Grant } from '../adapters/runtime/command/executable.ts';
import { type KeptChild, keepAlive } from '../adapters/runtime/keep-alive.ts';
import { Supervisor, type SupervisorOptions } from '../adapters/runtime/processes/supervisor.ts';
import { serveSupervisor } from '../adapters/runtime/processes/supervisor-server.ts';
import { stateLayout } from '../adapters/runtime/state-layout.ts';
import { BubblewrapSandbox } from '../adapters/sandbox/bubblewrap/bubblewrap-sandbox.ts';
import { ElsewhereReceiver } from '../adapters/telemetry/otlp/elsewhere.ts';
import { frontDoorCommands } from '../config/plans.ts';
import type { FlagsConfig, ServiceConfig } from '../config/schema.ts';
import { messageOf } from '../domain/errors.ts';
import { ownEnding } from '../own-ending.ts';
import type { ControlPlaneOptions } from './control-plane.ts';
import { grantOf } from './doctor/grant.ts';
import type { NotifierOptions } from './journal/notifier.ts';
import { isSomebodyTold } from './journal/receivers.ts';
import type { KeptMcpOptions } from './mcp/kept.ts';
import { refuseOtherOwner } from './place/owner.ts';
import { locate, makeState, type Place, type PlaceOptions } from './place/place.ts';
import { doorsOf, type Served, servedAt, urlOf } from './serving/doors.ts';
import { portsOf } from './serving/free-port.ts';
import { agentsPort, flagsToServe, retiredServices, servicesToRun } from './serving/served.ts';
import { heedBranch } from './serving/stop-on-branch.ts';
import { tellTrouble } from './trouble.ts';

export type UpOptions = PlaceOptions & {
  readonly port: string;
  readonly allowUnsignedPolicy?: true;
  readonly ephemeral?: true;
  readonly json?: true;
  /** What the operator of this machine lets run for services that run somewhere else. */
  readonly runtimeCommands?: readonly string[];
};

/** Asked to end in the middle of its start, it ends in order all the same: services may run already. */
function endAsked(): AbortSignal {
  const asked = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => asked.abort());
  return asked.signal;
}

/** `autoland up`: supervises the services, and keeps control plane and router alive, each in a process of its own. */
export async function runUp(options: UpOptions): Promise<void> {
  const ended = endAsked();
  const wanted = portsOf(options.port);
  const place = await locate(options);
  const commands = grantOf(options.runtimeCommands ?? [], place);
  refuseOtherOwner(place);
  await makeState(place);
  const ephemeral = options.ephemeral === true;
  const services = await servicesToRun(place);
  const isTold = await isSomebodyTold(place);
  const keyRing = await FileKeyRing.open(place.files.keys, { create: true, roles: ['deployer'] });
  const sandbox = new BubblewrapSandbox({ stateDir: place.state, workDir: place.files.work });
  const supervisor = await Supervisor.open({
    stateDir: place.state,
    launcher: sandbox,
    releases: await FileReleaseStore.open(place.files.releases),
    verifier: new DsseVerifier(keyRing),
    lifetime: ephemeral ? 'with-parent' : 'detached',
    commands,
    followed: followedBy(place, services),
  });
  for (const name of await retiredServices(place))
    await supervisor.retire(name).catch((thrown: unknown) => {
      tellTrouble(`${name} is no service any more, and could not be ended: ${messageOf(thrown)}`);
    });
  const elsewhere = new ElsewhereReceiver(stateLayout(place.state).otlpSocket);
  await elsewhere.listen();
  const server = await serveSupervisor(supervisor, place.state, elsewhere);
  const served = await servedAt(place, services, wanted);
  const [flags, mcpPort] = [await flagsToServe(place), await agentsPort(place)];
  const serving = { served, flags, mcpPort, ephemeral, isTold, commands };
  const branch = await heedBranch(place);
  const kept = keepAlive(children(place, options, serving), {
    record: place.files.children,
    ...(ephemeral ? { ephemeral: process.stdin } : {}),
    onEvent: (event) => {
      if (event.kind !== 'ended' || event.againInMs === null) return;
      // Nobody watches an ephemeral start for long: what fails at once is told at once.
      const givesUp = ephemeral && event.why.startsWith('exit code');
      tellTrouble(`${event.name} ended (${event.why})${givesUp ? '' : '; it starts again'}`);
      if (!givesUp) return;
      process.exitCode = 1;
      void kept.stop();
    },
  });
  flushCompileCache();
  if (ended.aborted) void kept.stop();
  await kept.done;
  await branch.close();
  await elsewhere.close();
  server.close();
  server.closeAllConnections();
  // As people expect of Ctrl-C: everything ends. Only what kill -9 leaves behind goes on, for the next start.
  await supervisor.close('end');
  await sandbox.sweep();
  // Its pipe would keep this process alive.
  if (ephemeral) process.stdin.destroy();
}

type Serving = {
  readonly served: readonly Served[];
  readonly flags: FlagsConfig | null;
  /** null: no agent is served. */
  readonly mcpPort: number | null;
  readonly ephemeral: boolean;
  readonly isTold: boolean;
  readonly commands: Grant;
};

function children(place: Place, options: UpOptions, serving: Serving): readonly KeptChild[] {
  const { served, flags, mcpPort, ephemeral, isTold, commands } = serving;
  const controlPlane: ControlPlaneOptions = {
    repo: place.repo,
    state: place.state,
    unsignedAllowed: options.allowUnsignedPolicy === true,
    ephemeral,
    urls: Object.fromEntries(served.map((one) => [one.service.name, urlOf(one)])),
    json: options.json === true,
  };
  const list = [child(place, 'control plane', '_control-plane', controlPlane)];
  for (const { name, command, options: own } of doorsOf({
    stateDir: place.state,
    served,
    ephemeral,
    commands,
  }))
    list.push(child(place, name, command, own));
  const flagService = flags === null ? null : flagServiceOptions(place.state, flags, ephemeral);
  if (flagService !== null) list.push(child(place, 'flag service', '_flags', flagService));
  const own: NotifierOptions = { repo: place.repo, state: place.state, ephemeral };
  if (mcpPort !== null)
    list.push(child(place, 'agents', '_mcp', { ...own, port: mcpPort } satisfies KeptMcpOptions));
  if (isTold) list.push(child(place, 'notifier', '_notifier', own));
  return list;
}

/** A front door is slower than a file: what it still sends users to must not be stopped. */
function followedBy(
  place: Place,
  services: readonly ServiceConfig[],
): NonNullable<SupervisorOptions['followed']> {
  const doors = new Map(
    services
      .filter((service) => frontDoorCommands(service) !== undefined)
      .map(({ name }) => [name, new DoorkeeperClient(place.state, name)]),
  );
  return async (service) => doors.get(service)?.follow();
}

/** null: no flag is served. */
export function flagServiceOptions(
  stateDir: string,
  { environment, serve }: FlagsConfig,
  ephemeral: boolean,
): FlagServiceProcessOptions | null {
  if (serve === null) return null;
  const { host, evaluation, sync, ofrep, origins, requestsPerSecond: perSecond, connections } = serve;
  const ports = { evaluation, sync, ofrep };
  return { stateDir, environment, host, ports, origins, perSecond, connections, ephemeral };
}

function child(place: Place, name: string, command: string, options: object): KeptChild {
  const main = join(import.meta.dirname, '..', 'cli', `main.${ownEnding}`);
  const inherited = Object.entries(process.env).filter(([, value]) => value !== undefined);
  // A killed process is back in half the time when its sources need not be compiled again.
  const env = { ...Object.fromEntries(inherited), NODE_COMPILE_CACHE: place.files.compiled } as Record<
    string,
    string
  >;
  return { name, file: process.execPath, args: [main, command, JSON.stringify(options)], env };
}
