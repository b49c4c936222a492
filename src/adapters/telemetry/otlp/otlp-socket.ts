import { chmodSync, chownSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer as createHttp2Server, type Http2Server } from 'node:http2';
import { createServer, type Server, type Socket } from 'node:net';
import { handleGrpc } from './grpc-exports.ts';
import { handleHttp } from './http-exports.ts';
import type { Intake } from './intake.ts';

export type Owner = { readonly uid: number; readonly gid: number };

const mostConnections = 16;
/** A connection on which nothing comes, while something should. */
const silentMs = 10_000;
const beginsHttp2 = 'PRI';

/** A Unix socket for OTLP, over HTTP and gRPC. */
export class OtlpSocket {
  readonly #path: string;
  readonly #owner: Owner | undefined;
  readonly #intake: Intake;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  /** `owner`: the ids of who writes to it, when they are not this process's own. */
  constructor(path: string, intake: Intake, owner?: Owner) {
    this.#path = path;
    this.#intake = intake;
    this.#owner = owner;
  }

  async listen(): Promise<void> {
    if (this.#server !== undefined) return;
    rmSync(this.#path, { force: true });
    const [http, http2] = [this.#http(), this.#http2()];
    const server = createServer({ allowHalfOpen: true }, (socket) => this.#greet(socket, http, http2));
    server.maxConnections = mostConnections;
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(this.#path, resolve));
    // A connection that cannot be accepted, as without file descriptors, must not end this process.
    server.on('error', () => {});
    // No other user of the machine may report in the service's name.
    chmodSync(this.#path, 0o600);
    if (this.#owner !== undefined) chownSync(this.#path, this.#owner.uid, this.#owner.gid);
    this.#server = server;
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  #http(): HttpServer {
    const server = createHttpServer({ maxHeaderSize: 8192 }, (request, response) => {
      handleHttp(this.#intake, request, response).catch(() => response.destroy());
    });
    // Of silence. Node's other times are kept only by a server that listens itself.
    server.timeout = silentMs;
    return server;
  }

  #http2(): Http2Server {
    const settings = { maxConcurrentStreams: 16, maxHeaderListSize: 8192 };
    const server = createHttp2Server({ settings, maxSessionMemory: 10 });
    server.on('stream', (stream, headers) => {
      // A service must not end the process that keeps all services up, whatever it does to its stream.
      handleGrpc(this.#intake, stream, headers).catch(() => stream.destroy());
    });
    server.on('sessionError', () => {});
    return server;
  }

  #greet(socket: Socket, http: HttpServer, http2: Http2Server): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    socket.setTimeout(silentMs, () => socket.destroy());
    const look = () => {
      const chunk: unknown = socket.read();
      if (!Buffer.isBuffer(chunk)) {
        socket.once('readable', look);
        return;
      }
      socket.unshift(chunk);
      const begin = chunk.subarray(0, beginsHttp2.length).toString('latin1');
      if (begin.length < beginsHttp2.length && beginsHttp2.startsWith(begin)) {
        setTimeout(look, 20).unref();
        return;
      }
      socket.removeAllListeners('timeout');
      socket.setTimeout(0);
      (begin === beginsHttp2 ? http2 : http).emit('connection', socket);
    };
    socket.once('readable', look);
    socket.once('end', () => socket.end());
  }
}
