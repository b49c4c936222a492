import { once } from 'node:events';
import { createServer } from 'node:net';
import { AutolandError } from '../domain/errors.ts';

/** What `--port` was given. Throws `usage`. */
export function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new AutolandError('usage', `expected a port from 0 to 65535, found ${JSON.stringify(text)}`, {
    mend: 'use --port 7300, or --port 0 for any free one',
  });
}

/**
 * The wanted port of the loopback address, or, when it is taken, any free one. `ours`: the port of a router of an
 * earlier start that still serves; it stays where it is unless another port is wanted that can be had.
 */
export async function freePort(wanted: number, ours?: number): Promise<number> {
  if (ours !== undefined && (wanted === 0 || wanted === ours)) return ours;
  return (await tryPort(wanted)) ?? ours ?? (await tryPort(0)) ?? wanted;
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
