import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import { type ConnectRouter, createContextValues } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { socketPath } from '../../runtime/state-layout.ts';
import { BACKLOG, listen } from '../listen.ts';
import { callerKey } from './admit-call.ts';
import { binaryStream } from './shared-frame.ts';

/** A request is a key and a context: whatever is larger is no evaluation. */
const LARGEST_REQUEST = 64 * 1024;
const LARGEST_HEADER = 16 * 1024;
/** One client has one stream, and its evaluations under way. */
const STREAMS_PER_CONNECTION = 256;
const PING_MS = 20_000;

export type GrpcOptions = {
  readonly routes: (router: ConnectRouter) => void;
  readonly connections: number;
};

export type GrpcServer = { readonly port: number; close(): Promise<void> };

/** At a TCP port, where every call needs a token, and at a Unix socket that only our user can open. */
export async function serveGrpc(
  options: GrpcOptions,
  at: { readonly host: string; readonly port: number; readonly setting: string; readonly socket: string },
): Promise<GrpcServer> {
  const path = socketPath(at.socket);
  const tcp = http2Server(options, false);
  const unix = http2Server(options, true);
  const port = await listen(tcp.server, at);
  rmSync(path, { force: true });
  await new Promise<void>((resolve, reject) =>
    unix.server.once('error', reject).listen({ path, backlog: BACKLOG }, resolve),
  );
  chmodSync(path, 0o600);
  return {
    port,
    close: async () => {
      await Promise.all([tcp.close(), unix.close()]);
    },
  };
}

function http2Server({ routes, connections }: GrpcOptions, isOurs: boolean) {
  const handler = connectNodeAdapter({
    routes,
    connect: false,
    grpcWeb: false,
    readMaxBytes: LARGEST_REQUEST,
    contextValues: (request) =>
      createContextValues().set(callerKey, {
        peer: isOurs ? null : (request.socket.remoteAddress ?? 'unknown'),
        authority: request.headers[':authority']?.toString() ?? null,
        stream: 'stream' in request ? binaryStream(request.headers['content-type'], request.stream) : null,
      }),
  });
  const settings = {
    maxConcurrentStreams: STREAMS_PER_CONNECTION,
    maxHeaderListSize: LARGEST_HEADER,
    enablePush: false,
  };
  const server = createServer({ settings, maxSessionMemory: 4 }, handler);
  server.maxConnections = connections;
  const sessions = followSessions(server);
  return {
    server,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      sessions.end();
      await closed;
    },
  };
}

/** Pings each connection, and cuts those that do not answer: a client that is gone may never say so. */
function followSessions(server: Http2Server): { end(): void } {
  const sessions = new Map<ServerHttp2Session, boolean>();
  server.on('session', (session) => {
    sessions.set(session, true);
    session.on('error', () => {});
    session.on('close', () => sessions.delete(session));
  });
  // What a client does wrong ends its session, and nothing else.
  server.on('sessionError', () => {});
  const look = () => {
    for (const [session, isAlive] of sessions) {
      if (!isAlive) session.destroy();
      else pingOnce(session, sessions);
    }
  };
  const timer = setInterval(look, PING_MS).unref();
  return {
    end: () => {
      clearInterval(timer);
      for (const session of sessions.keys()) session.destroy();
    },
  };
}

function pingOnce(session: ServerHttp2Session, sessions: Map<ServerHttp2Session, boolean>): void {
  sessions.set(session, false);
  session.ping((error) => {
    if (error === null && sessions.has(session)) sessions.set(session, true);
  });
}
