import { chmodSync, rmSync } from 'node:fs';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  request as send,
} from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { json } from 'node:stream/consumers';
import { AutolandError, type ErrorCode, messageOf } from '../../domain/errors.ts';
import { privateDir } from './files.ts';
import { socketPath } from './state-layout.ts';

/*
 * JSON over HTTP on a Unix socket that only its owner may open. Each request must carry a header that the router
 * strips from what it forwards: a request that somebody managed to steer here through the router is refused.
 */
const CONTROL = 'x-autoland-control';
const LARGEST_BODY = 1 << 20;

/** By `METHOD /path`. A value of undefined is answered as `null`. */
export type Handlers = Readonly<Record<string, (body: unknown, query: URLSearchParams) => Promise<unknown>>>;

/** Rejects with `state.locked` where another process answers at that socket. */
export async function serveJson(path: string, handlers: Handlers): Promise<Server> {
  privateDir(dirname(path));
  if (await answers(socketPath(path))) {
    throw new AutolandError('state.locked', `another process listens at ${path}`, {
      mend: 'stop it first: one state directory has one of each process',
    });
  }
  rmSync(path, { force: true });
  const server = createServer((request, response) => void handle(handlers, request, response));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
  chmodSync(path, 0o600);
  return server;
}

async function handle(handlers: Handlers, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    if (request.headers[CONTROL] === undefined)
      return answer(response, 403, { error: { message: 'not for you' } });
    const url = parseTarget(request.url ?? '/');
    const handler = url === undefined ? undefined : handlers[`${request.method} ${url.pathname}`];
    if (url === undefined || handler === undefined)
      return answer(response, 404, { error: { message: `no ${request.url}` } });
    const body = request.method === 'POST' ? await readBody(request) : undefined;
    answer(response, 200, (await handler(body, url.searchParams)) ?? null);
  } catch (thrown) {
    const known = thrown instanceof AutolandError ? { code: thrown.code, mend: thrown.mend } : {};
    answer(response, 'code' in known ? 409 : 500, { error: { ...known, message: messageOf(thrown) } });
  }
}

/** undefined: no URL, such as `//`. */
function parseTarget(target: string): URL | undefined {
  return URL.canParse(target, 'http://localhost') ? new URL(target, 'http://localhost') : undefined;
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  if (Number(request.headers['content-length'] ?? Number.NaN) <= LARGEST_BODY) return json(request);
  throw new AutolandError('usage', `a request must have a Content-Length of at most ${LARGEST_BODY} bytes`);
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  // Before the header: a body that cannot be written must still become an error.
  const text = JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(text);
}

export type Call = {
  readonly socket: string;
  readonly path: string;
  readonly body?: unknown;
  readonly timeoutMs: number;
};

/**
 * Calls a handler of `serveJson`: POST with a body, GET without. Rejects with the code that the handler rejected with;
 * `runtime.unreachable` when nobody answers in time.
 */
export async function callJson(call: Call): Promise<unknown> {
  const text = call.body === undefined ? undefined : JSON.stringify(call.body);
  const { status, body } = await exchange(call, text);
  if (status === 200) return body;
  const { error }: { error?: { code?: ErrorCode; message?: string; mend?: string } } =
    typeof body === 'object' && body !== null ? body : {};
  const message = error?.message ?? `status ${status} from ${call.socket}${call.path}`;
  if (error?.code === undefined) throw new Error(message);
  throw new AutolandError(error.code, message, error.mend === undefined ? {} : { mend: error.mend });
}

function exchange(call: Call, text: string | undefined): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const unreachable = (cause: unknown) =>
      reject(
        new AutolandError(
          'runtime.unreachable',
          `expected an answer at ${call.socket}: ${messageOf(cause)}`,
          {
            mend: 'see whether the process is running',
            cause,
          },
        ),
      );
    const headers = {
      [CONTROL]: '1',
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(text ?? ''),
    };
    const signal = AbortSignal.timeout(call.timeoutMs);
    const method = text === undefined ? 'GET' : 'POST';
    const request = send({ socketPath: call.socket, path: call.path, method, headers, signal, agent: false });
    request.on('error', unreachable);
    let answered = false;
    request.on('close', () => {
      if (!answered) unreachable('the connection ended');
    });
    request.on('response', (response) => {
      answered = true;
      json(response).then((body) => resolve({ status: response.statusCode ?? 500, body }), unreachable);
    });
    request.end(text);
  });
}

/** Whether a process listens there; a socket file left over from a dead one does not answer. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
    socket.once('connect', () => socket.destroy());
  });
}

export function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
