import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

export type Received = { readonly headers: IncomingHttpHeaders; readonly body: string; readonly url: string };

/** How a receiver behaves: well, badly, and as nobody should. */
export type Manner =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** No answer at all. */
  | 'hangs'
  /** The connection ends in the middle of the request's answer head. */
  | 'cuts'
  /** The head comes a byte at a time, for ever. */
  | 'drips'
  /** A good status, then a body without an end. */
  | 'never-ends'
  /** Answers what is no HTTP. */
  | 'babbles'
  /** A head larger than anybody needs. */
  | 'boasts';

/** A real server on this machine that takes messages. */
export class HttpReceiver {
  readonly received: Received[] = [];
  manner: Manner = { status: 200 };
  readonly #server: Server;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor() {
    this.#server = createServer(async (request, response) => {
      const body = await text(request).catch(() => '');
      this.received.push({ headers: request.headers, body, url: request.url ?? '' });
      this.#answer(response);
    });
  }

  static async open(): Promise<HttpReceiver> {
    const made = new HttpReceiver();
    made.#server.listen(0, '127.0.0.1');
    await once(made.#server, 'listening');
    return made;
  }

  get url(): string {
    const address = this.#server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return `http://127.0.0.1:${port}/hook`;
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(response: ServerResponse): void {
    const { manner } = this;
    const socket = response.socket;
    if (typeof manner === 'object') response.writeHead(manner.status, manner.headers).end('a body');
    else if (manner === 'cuts') socket?.end('HTTP/1.1 200 O');
    else if (manner === 'babbles') socket?.end('I am no server\r\n\r\n');
    else if (manner === 'boasts') socket?.write(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`);
    else if (manner === 'drips') this.#every(() => socket?.write('X'), 20);
    else if (manner === 'never-ends') {
      response.writeHead(200);
      this.#every(() => response.write('more '), 5);
    }
  }

  #every(act: () => void, ms: number): void {
    this.#timers.add(setInterval(act, ms).unref());
  }
}
