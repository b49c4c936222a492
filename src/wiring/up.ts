import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { DsseVerifier } from '../adapters/attestor/dsse-verifier.ts';
import type { FlagServiceProcessOptions } from '../adapters/flag-service/flag-service-process.ts';
import { FileKeyRing } from '../adapters/keys/file-key-ring.ts';
import { FileReleaseStore } from '../adapters/release-store/file-release-store.ts';
import type { RouterProcessOptions } from '../adapters/router/router-process.ts';
import { readChildren } from '../adapters/runtime/children-file.ts';
import { type KeptChild, keepAlive } from '../adapters/runtime/keep-alive.ts';
import { isAlive } from '../adapters/runtime/processes/process-identity.ts';
import { Supervisor } from '../adapters/runtime/processes/supervisor.ts';
import { serveSupervisor } from '../adapters/runtime/processes/supervisor-server.ts';
import { BubblewrapSandbox } from '../adapters/sandbox/bubblewrap/bubblewrap-sandbox.ts';
import type { FlagsConfig, ServiceConfig } from '../config/schema.ts';
import { messageOf } from '../domain/errors.ts';
import type { ControlPlaneOptions } from './control-plane.ts';
import { freePort, type PortsWanted, portsOf } from './free-port.ts';
import { grantOf } from './grant.ts';
import type { NotifierOptions } from './notifier.ts';
import { refuseOtherOwner } from './owner.ts';
import { locate, makeState, type Place, type PlaceOptions } from './place.ts';
import { isSomebodyTold } from './receivers.ts';
import { flagsToServe, retiredServices, servicesToRun } from './served.ts';
import { heedBranch } from './stop-on-branch.ts';

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
  });
  for (const name of await retiredServices(place))
    await supervisor.retire(name).catch((thrown: unknown) => {
      process.stderr.write(
        `autoland: ${name} is no service any more, and could not be ended: ${messageOf(thrown)}\n`,
      );
    });
  const server = await serveSupervisor(supervisor, place.state);
  const served = await servedAt(place, services, wanted);
  const serving = { served, flags: await flagsToServe(place), ephemeral, isTold };
  const branch = await heedBranch(place);
  const kept = keepAlive(children(place, options, serving), {
    record: place.files.children,
    ...(ephemeral ? { ephemeral: process.stdin } : {}),
    onEvent: (event) => {
      if (event.kind !== 'ended' || event.againInMs === null) return;
      // Nobody watches an ephemeral start for long: what fails at once is told at once.
      const givesUp = ephemeral && event.why.startsWith('exit code');
      process.stderr.write(
        `autoland: ${event.name} ended (${event.why})${givesUp ? '' : '; it starts again'}\n`,
      );
      if (!givesUp) return;
      process.exitCode = 1;
      void kept.stop();
    },
  });
  flushCompileCache();
  if (ended.aborted) void kept.stop();
  await kept.done;
  await branch.close();
  server.close();
  server.closeAllConnections();
  // As people expect of Ctrl-C: everything ends. Only what kill -9 leaves behind goes on, for the next start.
  await supervisor.close('end');
  await sandbox.sweep();
  // Its pipe would keep this process alive.
  if (ephemeral) process.stdin.destroy();
}

type Served = { readonly service: ServiceConfig; readonly port: number };

const urlOf = ({ port }: Served): string => `http://127.0.0.1:${port}`;

async function servedAt(
  place: Place,
  services: readonly ServiceConfig[],
  wanted: PortsWanted,
): Promise<readonly Served[]> {
  const found: Served[] = [];
  for (const service of services) {
    const taken = found.map(({ port }) => port);
    const asked = wanted(service.name, services.indexOf(service));
    const port = await freePort(asked, { ours: servedPort(place, service.name), taken });
    const served = { service, port };
    if (asked !== 0 && port !== asked)
      process.stderr.write(`autoland: port ${asked} is in use; ${service.name} is at ${urlOf(served)}\n`);
    found.push(served);
  }
  return found;
}

/** Where the service's router of an earlier start still serves; undefined: none lives. */
function servedPort(place: Place, name: string): number | undefined {
  for (const child of readChildren(place.files.children)) {
    if (!child.args.includes(routerCommand) || !isAlive(child)) continue;
    const { service, port }: { service?: unknown; port?: unknown } = JSON.parse(child.args.at(-1) ?? '{}');
    if (service === name && typeof port === 'number') return port;
  }
  return undefined;
}

type Serving = {
  readonly served: readonly Served[];
  readonly flags: FlagsConfig | null;
  readonly ephemeral: boolean;
  readonly isTold: boolean;
};

const routerCommand = '_router';

function children(place: Place, options: UpOptions, serving: Serving): readonly KeptChild[] {
  const { served, flags, ephemeral, isTold } = serving;
  const controlPlane: ControlPlaneOptions = {
    repo: place.repo,
    state: place.state,
    unsignedAllowed: options.allowUnsignedPolicy === true,
    ephemeral,
    urls: Object.fromEntries(served.map((one) => [one.service.name, urlOf(one)])),
    json: options.json === true,
  };
  const list = [child(place, 'control plane', '_control-plane', controlPlane)];
  // One router has had this name before there could be several.
  for (const one of served)
    list.push(
      child(
        place,
        served.length === 1 ? 'router' : `router ${one.service.name}`,
        routerCommand,
        routerOptions(place.state, one, ephemeral),
      ),
    );
  const flagService = flags === null ? null : flagServiceOptions(place.state, flags, ephemeral);
  if (flagService !== null) list.push(child(place, 'flag service', '_flags', flagService));
  const notifier: NotifierOptions = { repo: place.repo, state: place.state, ephemeral };
  if (isTold) list.push(child(place, 'notifier', '_notifier', notifier));
  return list;
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

export function routerOptions(
  stateDir: string,
  { service, port }: Served,
  ephemeral: boolean,
): RouterProcessOptions {
  return {
    stateDir,
    service: service.name,
    port,
    identity: service.identity.header === null ? {} : { header: service.identity.header },
    trustForwarded: service.behindProxy,
    graceMs: service.graceSeconds * 1000,
    ephemeral,
  };
}

function child(place: Place, name: string, command: string, options: object): KeptChild {
  const main = join(import.meta.dirname, '..', 'cli', 'main.ts');
  const inherited = Object.entries(process.env).filter(([, value]) => value !== undefined);
  // A killed process is back in half the time when its sources need not be compiled again.
  const env = { ...Object.fromEntries(inherited), NODE_COMPILE_CACHE: place.files.compiled } as Record<
    string,
    string
  >;
  return { name, file: process.execPath, args: [main, command, JSON.stringify(options)], env };
}
