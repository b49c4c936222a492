import type { RouterProcessOptions } from '../../adapters/router/router-process.ts';
import { readChildren } from '../../adapters/runtime/children-file.ts';
import type { Grant } from '../../adapters/runtime/command/executable.ts';
import { isAlive } from '../../adapters/runtime/processes/process-identity.ts';
import { frontDoorCommands } from '../../config/plans.ts';
import type { ServiceConfig } from '../../config/schema.ts';
import type { Place } from '../place/place.ts';
import { tellTrouble } from '../trouble.ts';
import type { DoorkeeperProcessOptions } from './doorkeeper.ts';
import { freePort, type PortsWanted } from './free-port.ts';

/** `port`: the router's; null: a front door of the operator's own gives users a version. */
export type Served = { readonly service: ServiceConfig; readonly port: number | null };

/** A process that stands where users come in, as `autoland` itself is told to run it. */
export type Door = {
  readonly name: string;
  readonly command: '_router' | '_doorkeeper';
  readonly options: RouterProcessOptions | DoorkeeperProcessOptions;
};

const routerCommand = '_router';

/** null: where its front door says. */
export function urlOf({ port }: Served): string | null {
  return port === null ? null : `http://127.0.0.1:${port}`;
}

export async function servedAt(
  place: Place,
  services: readonly ServiceConfig[],
  wanted: PortsWanted,
): Promise<readonly Served[]> {
  const found: Served[] = [];
  tellUnknown(services, wanted);
  for (const [index, service] of services.entries()) {
    const taken = found.flatMap(({ port }) => port ?? []);
    const asked = wanted.of(service.name, index);
    const isRouted = frontDoorCommands(service) === undefined;
    const port = isRouted ? await freePort(asked, { ours: servedPort(place, service.name), taken }) : null;
    const served = { service, port };
    if (isRouted && asked !== 0 && port !== asked)
      tellTrouble(
        `port ${asked} cannot be had: it is in use, or not yours to open; ${service.name} is at ${urlOf(served)}`,
      );
    found.push(served);
  }
  return found;
}

/** Refused, it would end the start of what users have: a service may be new, and not adopted yet. */
function tellUnknown(services: readonly ServiceConfig[], { names }: PortsWanted): void {
  const known = services.map(({ name }) => name);
  for (const name of names.filter((each) => !known.includes(each)))
    tellTrouble(
      `--port names ${name}, and no service of that name runs here (${known.join(', ') || 'none does'}): its port counts for nothing`,
    );
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

type Doors = {
  readonly stateDir: string;
  readonly served: readonly Served[];
  readonly ephemeral: boolean;
  readonly commands: Grant;
};

/** Whoever gives users a version: a router for each service, or the doorkeeper of a front door. */
export function doorsOf({ stateDir, served, ephemeral, commands: grant }: Doors): readonly Door[] {
  // One service has had these names before there could be several.
  const nameOf = (door: string, { name }: ServiceConfig) => (served.length === 1 ? door : `${door} ${name}`);
  return served.map((one): Door => {
    const { service } = one;
    const commands = frontDoorCommands(service);
    if (commands === undefined)
      return {
        name: nameOf('router', service),
        command: routerCommand,
        options: routerOptions(stateDir, one, ephemeral),
      };
    const options = { stateDir, service: service.name, commands, grant, ephemeral };
    return { name: nameOf('doorkeeper', service), command: '_doorkeeper', options };
  });
}

export function routerOptions(
  stateDir: string,
  { service, port }: Served,
  ephemeral: boolean,
): RouterProcessOptions {
  return {
    stateDir,
    service: service.name,
    port: port ?? 0,
    identity: service.identity.header === null ? {} : { header: service.identity.header },
    trustForwarded: service.behindProxy,
    graceMs: service.graceSeconds * 1000,
    ephemeral,
  };
}
