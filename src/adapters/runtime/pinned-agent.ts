import { lookup } from 'node:dns';
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { Agent, type ClientRequestArgs } from 'node:http';
import { connect, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { AutolandError } from '../../domain/errors.ts';
import { instanceLookup, parseAddress, type Resolve } from './instance-address.ts';

/** Linux `O_PATH`: names a file without opening it (fcntl.h; Node does not export it). */
const O_PATH = 0x20_0000;
/** Idle connections are given up sooner than a Node server's five seconds, so that a request rarely meets a closing one. */
const IDLE_MS = 4000;

/**
 * Connects to a Unix socket in a directory that a service may write to. The service could put a symbolic link in the
 * socket's place, and the caller would speak to any other socket of this machine on its behalf: so the link is not
 * followed, and the connection goes to the very file that was looked at.
 */
export function connectPinned(path: string): Socket {
  if (process.platform !== 'linux') return connect({ path });
  const fd = openSync(path, O_PATH | constants.O_NOFOLLOW);
  try {
    if (!fstatSync(fd).isSocket()) {
      throw new AutolandError(
        'runtime.unreachable',
        `expected a Unix socket at ${path}, found something else`,
      );
    }
    // connect(2) is made before this returns.
    return connect({ path: `/proc/self/fd/${fd}` });
  } finally {
    closeSync(fd);
  }
}

/** A machine that is gone answers nothing at all: a request then has time left for another instance. */
const CONNECT_MS = 2000;

/** To an address, as routes.json has it: who wrote it there has found it to be a declared one. */
function connectOver(network: string, resolve: Resolve): Socket {
  const address = parseAddress(network);
  if (address === undefined)
    throw new AutolandError('runtime.unreachable', `expected a path or http://HOST:PORT, found ${network}`);
  const socket = connect({ ...address, lookup: instanceLookup(resolve), noDelay: true });
  const late = setTimeout(
    () => socket.destroy(new Error(`no connection to ${network} within ${CONNECT_MS} ms`)),
    CONNECT_MS,
  );
  const settle = () => clearTimeout(late);
  return socket.once('connect', settle).once('close', settle);
}

type Made = (error: Error | null, stream: Duplex) => void;

/** Connections to instances, by what routes.json calls their sockets; `keepAlive`: to be used again by later requests. */
export class PinnedAgent extends Agent {
  readonly #resolve: Resolve;

  constructor(keepAlive: boolean, resolve: Resolve = lookup) {
    super(keepAlive ? { keepAlive, timeout: IDLE_MS, scheduling: 'lifo' } : { keepAlive });
    this.#resolve = resolve;
  }

  override createConnection(options: ClientRequestArgs, made?: Made): Socket | undefined {
    try {
      const at = options.socketPath ?? '';
      return at.startsWith('/') ? connectPinned(at) : connectOver(at, this.#resolve);
    } catch (thrown) {
      // DANGER: a socket that has failed would end the process before Node 24.16, as nobody listens to it yet.
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      setImmediate(() => made?.(error, new Socket()));
      return undefined;
    }
  }
}
