import { type ClientRequest, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import { outcomeOfStatus } from '../../domain/rollout-tally.ts';
import { statusLine } from './answer-head.ts';
import { Exchange, type ProxyOptions, repeatable } from './exchange.ts';
import { metricHeader, requestHeaders, responseHeaders } from './headers.ts';
import type { User } from './identity.ts';
import type { Choice } from './service-gate.ts';

/** One HTTP request on its way through; nothing of its body or answer is kept. */
export class ProxiedRequest {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #user: User;
  readonly #options: ProxyOptions;
  readonly #exchange: Exchange;
  readonly #sockets: readonly string[];
  readonly #headers: string[];
  #upstream: ClientRequest | undefined;
  #timer: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #attempts = 0;
  #sentMs = 0;
  #bodyBytes = 0;

  constructor(
    pair: { request: IncomingMessage; response: ServerResponse },
    user: User,
    choice: Choice,
    options: ProxyOptions,
  ) {
    this.#request = pair.request;
    this.#response = pair.response;
    this.#user = user;
    this.#options = options;
    this.#exchange = new Exchange(choice, options, { websocket: false, cut: () => this.#cut() });
    this.#sockets = options.instances.order(choice.digest, choice.sockets);
    this.#headers = requestHeaders(pair.request, {
      trustForwarded: options.trustForwarded,
      flags: choice.flags,
    });
  }

  start(): void {
    this.#response.once('close', () => this.#closed());
    // The client's own faults: they end in 'close'.
    this.#request.on('error', () => {});
    this.#response.on('error', () => {});
    if (this.#tooLarge(Number(this.#request.headers['content-length'] ?? 0))) return;
    this.#timer = setTimeout(() => this.#timedOut(), this.#options.responseTimeoutMs);
    this.#attempt();
  }

  #attempt(): void {
    const socketPath = this.#sockets[this.#attempts % Math.max(1, this.#sockets.length)];
    this.#attempts += 1;
    if (socketPath === undefined) {
      this.#fail(502, 'No instance of the service is there.');
      return;
    }
    const { method, url } = this.#request;
    const upstream = send({
      agent: this.#attempts === 1 ? this.#options.agent : this.#options.freshAgent,
      socketPath,
      method: method ?? 'GET',
      path: url ?? '/',
      headers: this.#headers,
      setDefaultHeaders: false,
    });
    this.#upstream = upstream;
    upstream.once('response', (answer) => this.#answer(answer));
    upstream.on('error', () => this.#lost(upstream));
    // A protocol change that nobody asked for ends in this event alone.
    upstream.once('close', () => this.#lost(upstream));
    if (repeatable(this.#request)) upstream.end();
    else this.#pipeBody(upstream);
    this.#sentMs = performance.now() - this.#exchange.startedAt;
  }

  #pipeBody(upstream: ClientRequest): void {
    this.#request.on('data', (chunk: Buffer) => {
      this.#bodyBytes += chunk.length;
      this.#timer?.refresh();
      this.#tooLarge(this.#bodyBytes);
    });
    this.#request.pipe(upstream);
  }

  #answer(answer: IncomingMessage): void {
    const received = performance.now();
    this.#exchange.begun();
    clearTimeout(this.#timer);
    if (this.#response.destroyed || this.#response.headersSent) {
      answer.destroy();
      return;
    }
    const status = this.#writeHead(answer);
    if (status === undefined) {
      this.#fail(502, 'The service gave no answer that can be passed on.');
      answer.destroy();
      return;
    }
    // A stream's first bytes may be long in coming: its header must not wait for them.
    if (answer.headers['content-length'] === undefined) this.#response.flushHeaders();
    else this.#watch(answer);
    this.#options.stats.added(this.#sentMs + performance.now() - received);
    const said = answer.headers[metricHeader];
    if (typeof said === 'string') this.#exchange.choice.reported(said);
    const outcome = outcomeOfStatus(status);
    if (outcome !== 'ok') this.#exchange.settle(outcome);
    answer.once('end', () => this.#exchange.settle('ok'));
    answer.on('error', () => {});
    answer.once('close', () => {
      clearTimeout(this.#idle);
      if (answer.complete) return;
      this.#exchange.settle('server-error');
      this.#response.destroy();
    });
    answer.pipe(this.#response);
  }

  /** An answer that has told its length does not pause of its own accord; a stream, which tells none, may. */
  #watch(answer: IncomingMessage): void {
    const idle = setTimeout(() => {
      // Nothing comes either while the client does not read what came before.
      if (this.#response.writableNeedDrain) idle.refresh();
      else answer.destroy();
    }, this.#options.bodyIdleMs);
    this.#idle = idle;
    answer.on('data', () => idle.refresh());
    answer.once('end', () => clearTimeout(idle));
  }

  /** undefined: nothing was written. What a version sends must never throw in here: that would end everybody's connections. */
  #writeHead(answer: IncomingMessage): number | undefined {
    const line = statusLine(answer);
    if (line === undefined) return undefined;
    this.#response.sendDate = answer.headers.date === undefined;
    try {
      const headers = responseHeaders(answer.rawHeaders, this.#user.setCookie);
      this.#response.writeHead(line.status, line.reason, headers);
      return line.status;
    } catch {
      return undefined;
    }
  }

  /** The connection failed; after an answer has begun, that answer tells (`close`). */
  #lost(upstream: ClientRequest): void {
    if (upstream !== this.#upstream || this.#exchange.settled || this.#response.headersSent) return;
    const another = this.#sockets.length > 1 || upstream.reusedSocket;
    if (this.#attempts === 1 && another && repeatable(this.#request)) {
      this.#options.stats.retries += 1;
      this.#attempt();
    } else if (!this.#askAnew()) this.#fail(502, 'The service did not answer.');
  }

  #timedOut(): void {
    // A client that stops in the middle of its own request has let nobody answer.
    const reading = this.#upstream?.writableNeedDrain !== true;
    if (reading && !this.#request.complete) {
      this.#giveUp(408, 'The request did not come to its end.');
      return;
    }
    this.#fail(504, 'The service did not answer in time.');
    this.#upstream?.destroy();
  }

  #fail(status: number, text: string): void {
    this.#exchange.settle('server-error');
    this.#say(status, text);
  }

  /** The router's own limit: it says nothing about the version. */
  #tooLarge(bytes: number): boolean {
    const limit = this.#options.maxBodyBytes;
    if (limit === undefined || bytes <= limit) return false;
    this.#giveUp(413, `The body is larger than ${limit} bytes.`);
    return true;
  }

  /** Ends what is not the version's fault. */
  #giveUp(status: number, text: string): void {
    this.#exchange.settle('client-gone');
    if (this.#upstream !== undefined) this.#request.unpipe(this.#upstream);
    this.#upstream?.destroy();
    this.#say(status, text);
  }

  #say(status: number, text: string): void {
    clearTimeout(this.#timer);
    if (this.#response.headersSent) return;
    const { setCookie } = this.#user;
    const cookie = setCookie === undefined ? [] : ['Set-Cookie', setCookie];
    // Whatever of the request's body is still to come must not be read as the next request.
    const headers = ['Content-Type', 'text/plain; charset=utf-8', 'Connection', 'close', ...cookie];
    this.#response.writeHead(status, headers).end(`${text}\n`);
  }

  #closed(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#idle);
    this.#exchange.end();
    if (this.#response.writableFinished) return;
    // The client has left before the end: whether that end would have come well, nobody has seen.
    this.#exchange.settle('client-gone');
    this.#upstream?.destroy();
  }

  /** Its version is off the route, and the grace is over. */
  #cut(): void {
    if (this.#askAnew()) return;
    this.#upstream?.destroy();
    // Whether it was done, nobody knows: 504, as where an answer is too long in coming.
    if (this.#response.headersSent) this.#response.destroy();
    else this.#say(504, 'The version that was asked was withdrawn before it answered.');
  }

  /**
   * Asks whichever version serves the user now. False: the one that was asked is still on the route, or its request
   * cannot be sent twice.
   */
  #askAnew(): boolean {
    const { gate, stats } = this.#options;
    const begun = this.#response.headersSent || this.#response.destroyed;
    if (begun || gate.serves(this.#exchange.choice.variant) || !repeatable(this.#request)) return false;
    const choice = gate.choose(this.#user.id);
    if (choice === undefined) return false;
    clearTimeout(this.#timer);
    this.#exchange.abandon();
    this.#upstream?.destroy();
    stats.retries += 1;
    const pair = { request: this.#request, response: this.#response };
    new ProxiedRequest(pair, this.#user, choice, this.#options).start();
    return true;
  }
}
