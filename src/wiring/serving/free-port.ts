import { once } from 'node:events';
import { createServer } from 'node:net';
import { AutolandError } from '../../domain/errors.ts';

export type PortsWanted = {
  /** The port that a service is wanted at, by its name and its place among all; 0: any. */
  readonly of: (service: string, place: number) => number;
  /** Services that a port was named for; []: one number for whatever there is. */
  readonly names: readonly string[];
};

/** What `--port` was given: `7300`, with which the first service begins, or `shop=7300,admin=7400`. Throws `usage`. */
export function portsOf(text: string): PortsWanted {
  const pairs = text.split(',').map((pair) => /^(?:([a-z][a-z0-9-]*)=)?(\d{1,5})$/.exec(pair.trim()));
  const known = pairs.map((pair) => ({ name: pair?.[1], port: Number(pair?.[2] ?? Number.NaN) }));
  const names = known.map(({ name }) => name);
  const isOne = known.length === 1 && names[0] === undefined;
  const fixed = known.map(({ port }) => port).filter((port) => port !== 0);
  const isNamed =
    !names.includes(undefined) &&
    new Set(names).size === names.length &&
    new Set(fixed).size === fixed.length;
  if ((!isOne && !isNamed) || !known.every(({ port }) => port < 65_536))
    throw new AutolandError('usage', `expected a port from 0 to 65535, found ${JSON.stringify(text)}`, {
      mend: 'use --port 7300, --port 0 for any free one, or --port shop=7300,admin=7400, one of its own for each of several services',
    });
  const [{ port: first } = { port: 0 }] = known;
  if (isOne) return { of: (_, place) => (first === 0 ? 0 : (first + place) % 65_536), names: [] };
  const portOf = (service: string) => known.find(({ name }) => name === service)?.port ?? 0;
  return { of: portOf, names: names.flatMap((name) => name ?? []) };
}

type Ports = {
  /** Of a router of an earlier start that still serves; it stays where it is unless another port is wanted that can be had. */
  readonly ours?: number | undefined;
  /** Other services have them. */
  readonly taken?: readonly number[];
};

/** The wanted port of the loopback address, or, when it is taken, any free one. */
export async function freePort(wanted: number, { ours, taken = [] }: Ports = {}): Promise<number> {
  if (ours !== undefined && (wanted === 0 || wanted === ours)) return ours;
  const asked = taken.includes(wanted) ? undefined : await tryPort(wanted);
  return asked ?? ours ?? (await tryPort(0)) ?? wanted;
}

async function tryPort(port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : undefined;
  } catch {
    return undefined;
  } finally {
    server.close();
  }
}
