import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WireEvent } from '../model/wire.ts';
import { WireFault } from '../model/wire-fault.ts';
import type { ProxiedWire, Refusal } from './proxied-wire.ts';
import { statuses } from './proxied-wire.ts';

const endMs = 30_000;

/** Who asks, inside: it is told in the words of its own wire. */
export class ProxyClient {
  readonly #wire: ProxiedWire;
  readonly #response: ServerResponse;
  readonly #left = new AbortController();

  constructor(wire: ProxiedWire, response: ServerResponse) {
    this.#wire = wire;
    this.#response = response;
    response.on('error', () => response.destroy());
    response.once('close', () => this.#left.abort());
  }

  /** Aborted when it has gone. */
  get left(): AbortSignal {
    return this.#left.signal;
  }

  send(status: number, body: object, headers: Readonly<Record<string, string>> = {}): void {
    if (this.#response.headersSent || this.left.aborted) return;
    const text = JSON.stringify(body);
    const length = String(Buffer.byteLength(text));
    this.#response
      .writeHead(status, { 'content-type': 'application/json', 'content-length': length, ...headers })
      .end(text);
  }

  /** Also in the middle of a stream. `retryAfterMs`: undefined: nothing is said of it. */
  refuse(
    refusal: Refusal,
    message: string,
    { status = statuses[refusal], retryAfterMs }: Refused = {},
  ): void {
    const type = this.#wire.typeOf(refusal);
    if (this.#response.headersSent) {
      if (!this.left.aborted) this.#response.end(this.#wire.errorEvent(type, message));
      return;
    }
    const after = retryAfterMs === undefined ? undefined : String(Math.ceil(retryAfterMs / 1000));
    const headers = after === undefined ? {} : { 'retry-after': after };
    // What else of the request is on its way is no request.
    this.send(status, this.#wire.error(status, type, message), { ...headers, connection: 'close' });
  }

  /** Begins a stream with its first event. Waits where the client reads slowly, until the signal; throws where it has gone. */
  async tell(event: WireEvent, signal: AbortSignal): Promise<void> {
    if (this.left.aborted) throw new WireFault('timeout', 'whoever asked has gone');
    if (!this.#response.headersSent)
      this.#response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache',
      });
    if (this.#response.write(textOf(event))) return;
    await once(this.#response, 'drain', { signal: AbortSignal.any([signal, this.left]) });
  }

  /** Who does not take the end in time gets none. */
  async end(last: WireEvent): Promise<void> {
    try {
      await this.tell(last, AbortSignal.timeout(endMs));
      this.#response.end();
    } catch {
      this.#response.destroy();
    }
  }
}

export type Refused = { readonly status?: number; readonly retryAfterMs?: number | undefined };

/** Line by line: a line break in the data is no end of it. */
function textOf({ event, data }: WireEvent): string {
  const lines = data.split('\n').map((line) => `data: ${line}\n`);
  return `${event === undefined ? '' : `event: ${event}\n`}${lines.join('')}\n`;
}

/** undefined: it is longer than that. The rest is thrown away as it comes, so that the refusal can be read. */
export function readBody(request: IncomingMessage, most: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= most) chunks.push(chunk);
      else resolve(undefined);
    });
    request.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.once('error', reject);
    request.once('close', () => reject(new Error('the request was cut off')));
  });
}
