import { type ClientRequest, type IncomingMessage, STATUS_CODES, request as send } from 'node:http';
import type { Duplex } from 'node:stream';
import { outcomeOfStatus } from '../../domain/rollout-tally.ts';
import { statusLine } from './answer-head.ts';
import { Exchange, type ProxyOptions } from './exchange.ts';
import { requestHeaders, responseHeaders } from './headers.ts';
import type { User } from './identity.ts';
import type { Choice } from './service-gate.ts';

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
export class ProxiedUpgrade {
  readonly #input: UpgradeInput;
  readonly #setCookie: string | undefined;
  readonly #options: ProxyOptions;
  readonly #exchange: Exchange;
  readonly #socketPath: string | undefined;
  #upstream: ClientRequest | undefined;
  #joined: Duplex | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(input: UpgradeInput, user: User, choice: Choice, options: ProxyOptions) {
    this.#input = input;
    this.#setCookie = user.setCookie;
    this.#options = options;
    this.#exchange = new Exchange(choice, options, { websocket: true, cut: () => this.#drop() });
    this.#socketPath = options.instances.order(choice.digest, choice.sockets)[0];
  }

  start(): void {
    const { client, request } = this.#input;
    client.on('error', () => client.destroy());
    client.once('close', () => this.#closed());
    if (this.#socketPath === undefined) {
      this.#fail(502);
      return;
    }
    const { freshAgent, responseTimeoutMs, trustForwarded } = this.#options;
    const upstream = send({
      agent: freshAgent,
      socketPath: this.#socketPath,
      path: request.url ?? '/',
      headers: requestHeaders(request, {
        trustForwarded,
        flags: this.#exchange.choice.flags,
        upgrade: 'websocket',
      }),
      setDefaultHeaders: false,
    });
    this.#upstream = upstream;
    this.#timer = setTimeout(() => {
      this.#fail(504);
      upstream.destroy();
    }, responseTimeoutMs);
    upstream.on('error', () => this.#fail(502));
    upstream.once('close', () => this.#fail(502));
    upstream.once('response', (answer) => this.#refused(answer));
    upstream.once('upgrade', (answer, socket, head) => this.#join(answer, socket, head));
    upstream.end();
  }

  #refused(answer: IncomingMessage): void {
    clearTimeout(this.#timer);
    const line = statusLine(answer);
    if (line === undefined) {
      this.#fail(502);
      answer.destroy();
      return;
    }
    const { client } = this.#input;
    this.#exchange.settle(outcomeOfStatus(line.status));
    this.#upstream?.setTimeout(this.#options.responseTimeoutMs, () => this.#upstream?.destroy());
    const headers = [...responseHeaders(answer.rawHeaders, this.#setCookie), 'Connection', 'close'];
    client.write(head(line.status, line.reason, headers), 'latin1');
    answer.on('error', () => client.destroy());
    answer.pipe(client);
  }

  #join(answer: IncomingMessage, upstream: Duplex & { setTimeout?: (ms: number) => unknown }, first: Buffer) {
    const { client } = this.#input;
    clearTimeout(this.#timer);
    this.#joined = upstream;
    this.#exchange.settle('ok');
    // A quiet websocket is not an idle connection to be given up.
    upstream.setTimeout?.(0);
    const own = ['Connection', 'Upgrade', 'Upgrade', 'websocket'];
    const headers = [...responseHeaders(answer.rawHeaders, this.#setCookie), ...own];
    client.write(head(101, STATUS_CODES[101] ?? '', headers), 'latin1');
    if (first.length > 0) client.write(first);
    if (this.#input.head.length > 0) upstream.write(this.#input.head);
    upstream.on('error', () => client.destroy());
    upstream.once('close', () => client.destroy());
    upstream.pipe(client);
    client.pipe(upstream);
  }

  #fail(status: number): void {
    clearTimeout(this.#timer);
    if (this.#exchange.settled) return;
    this.#exchange.settle('server-error');
    refuseUpgrade(this.#input.client, status, 'The service did not answer.');
  }

  #closed(): void {
    clearTimeout(this.#timer);
    this.#exchange.settle('client-gone');
    this.#exchange.end();
    this.#joined?.destroy();
    this.#upstream?.destroy();
  }

  #drop(): void {
    this.#joined?.destroy();
    this.#upstream?.destroy();
    this.#input.client.destroy();
  }
}

/** Answers a request whose connection Node has handed over raw. */
export function refuseUpgrade(client: Duplex, status: number, text: string): void {
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: text/plain; charset=utf-8\r\n`;
  client.end(`${head}Content-Length: ${Buffer.byteLength(text) + 1}\r\nConnection: close\r\n\r\n${text}\n`);
}

function head(status: number, reason: string, headers: readonly string[]): string {
  const lines = Array.from(
    { length: headers.length / 2 },
    (_, n) => `${headers[2 * n]}: ${headers[2 * n + 1]}`,
  );
  return `HTTP/1.1 ${status} ${reason}\r\n${lines.join('\r\n')}\r\n\r\n`;
}
