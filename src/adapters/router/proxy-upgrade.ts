import { type ClientRequest, type IncomingMessage, STATUS_CODES, request as send } from 'node:http';
import type { Duplex } from 'node:stream';
import { Exchange, type ProxyOptions } from './exchange.ts';
import { requestHeaders, responseHeaders } from './headers.ts';
import type { User } from './identity.ts';
import type { Choice } from './service-gate.ts';
import { outcomeOfStatus } from './witness.ts';

export type UpgradeInput = {
  readonly request: IncomingMessage;
  readonly client: Duplex;
  readonly head: Buffer;
};

/** Only websockets: whatever else leaves HTTP here would pass requests by the router unseen. */
export function isWebsocket(request: IncomingMessage): boolean {
  return request.method === 'GET' && request.headers.upgrade?.toLowerCase() === 'websocket';
}

/** Joins a client's websocket to an instance. What is counted is the handshake: its frames are not read. */
export function proxyUpgrade(input: UpgradeInput, user: User, choice: Choice, options: ProxyOptions): void {
  const { request, client } = input;
  const socketPath = options.instances.order(choice.digest, choice.sockets)[0];
  let upstream: ClientRequest | undefined;
  let joined: Duplex | undefined;
  const exchange = new Exchange(choice, options, {
    websocket: true,
    cut: () => {
      joined?.destroy();
      upstream?.destroy();
      client.destroy();
    },
  });
  const fail = (status: number) => {
    if (exchange.settled) return;
    exchange.settle('server-error');
    refuseUpgrade(client, status, 'The service did not answer.');
  };
  client.on('error', () => client.destroy());
  client.once('close', () => {
    exchange.settle('client-gone');
    exchange.end();
    joined?.destroy();
    upstream?.destroy();
  });
  if (socketPath === undefined) {
    fail(502);
    return;
  }
  const headers = requestHeaders(request, { trustForwarded: options.trustForwarded, upgrade: 'websocket' });
  upstream = send({
    agent: options.freshAgent,
    socketPath,
    path: request.url ?? '/',
    headers,
    setDefaultHeaders: false,
  });
  const sent = upstream;
  sent.setTimeout(options.responseTimeoutMs, () => {
    if (joined !== undefined) return;
    fail(504);
    sent.destroy();
  });
  sent.on('error', () => fail(502));
  sent.once('response', (answer) => {
    exchange.settle(outcomeOfStatus(answer.statusCode ?? 502));
    client.write(responseHead(answer, user.setCookie, false));
    answer.on('error', () => client.destroy());
    answer.pipe(client);
  });
  sent.once('upgrade', (answer, socket, head) => {
    joined = socket;
    exchange.settle('ok');
    join(input, socket, { text: responseHead(answer, user.setCookie, true), head });
  });
  sent.end();
}

function join(
  input: UpgradeInput,
  upstream: Duplex & { setTimeout?: (ms: number) => unknown },
  answer: { text: string; head: Buffer },
): void {
  const { client, head } = input;
  // A quiet websocket is not an idle connection to be given up.
  upstream.setTimeout?.(0);
  client.write(answer.text);
  if (answer.head.length > 0) client.write(answer.head);
  if (head.length > 0) upstream.write(head);
  upstream.on('error', () => client.destroy());
  upstream.once('close', () => client.destroy());
  upstream.pipe(client);
  client.pipe(upstream);
}

/** Answers a request whose connection Node has handed over raw. */
export function refuseUpgrade(client: Duplex, status: number, text: string): void {
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: text/plain; charset=utf-8\r\n`;
  client.end(`${head}Content-Length: ${Buffer.byteLength(text) + 1}\r\nConnection: close\r\n\r\n${text}\n`);
}

function responseHead(answer: IncomingMessage, setCookie: string | undefined, upgraded: boolean): string {
  const headers = responseHeaders(answer.rawHeaders, setCookie);
  const connection = upgraded ? ['Connection', 'Upgrade', 'Upgrade', 'websocket'] : ['Connection', 'close'];
  const all = [...headers, ...connection];
  const lines = Array.from({ length: all.length / 2 }, (_, n) => `${all[2 * n]}: ${all[2 * n + 1]}`);
  const status = answer.statusCode ?? 502;
  return `HTTP/1.1 ${status} ${answer.statusMessage ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n`;
}
