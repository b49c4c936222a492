import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { Agent, type ClientRequestArgs } from 'node:http';
import { connect, Socket } from 'node:net';
import { AutolandError } from '../../domain/errors.ts';

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

/** Connections to services' Unix sockets; `keepAlive`: to be used again by later requests. */
export class PinnedAgent extends Agent {
  constructor(keepAlive: boolean) {
    super(keepAlive ? { keepAlive, timeout: IDLE_MS, scheduling: 'lifo' } : { keepAlive });
  }

  override createConnection(options: ClientRequestArgs): Socket {
    try {
      return connectPinned(options.socketPath ?? '');
    } catch (thrown) {
      // A socket that fails at once: the request then fails as with any refused connection.
      return new Socket().destroy(thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
  }
}
