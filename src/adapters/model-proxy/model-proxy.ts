import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type JsonRecord, parseHostileObject } from '../../domain/npm/hostile-json.ts';
import { usualLimits } from '../model/model-call.ts';
import { endServer, listenAt } from '../socket-server.ts';
import { Carrier, type CarryParts, type ProxiedModel } from './carry.ts';
import { ProxyClient, readBody } from './client.ts';
import type { Asked, ProxiedWire, Refusal } from './proxied-wire.ts';

export type ModelProxyOptions = Omit<CarryParts, 'limits'> & {
  /** Path of the Unix socket: one for each job, so that what comes through it is that job's. */
  readonly socket: string;
  /** Who may connect beside this process's own user: the sandbox's `owner()`. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
  /** What a client inside shows in the place of a key. It opens nothing but this socket, while it is there. */
  readonly token: string;
  readonly models: readonly ProxiedModel[];
  readonly limits?: Partial<CarryParts['limits']>;
  readonly mostOutputTokens?: number;
  /** What was refused before anybody was asked: for the operator, and the record of the job. */
  readonly onRefused?: (refused: { readonly path: string; readonly reason: string }) => void;
};

const mostBodyBytes = 32 * 1024 * 1024;
const mostAtOnce = 16;

/**
 * The only way from a sandbox to a model. A client inside speaks to it as to its provider, with a token that is worth nothing
 * elsewhere; the key is put in here. Only named models and what is known to be harmless go on, and nothing that was not recorded
 * comes to its end inside.
 */
export class ModelProxy {
  readonly #options: ModelProxyOptions;
  readonly #parts: CarryParts;
  readonly #wires: readonly ProxiedWire[];
  readonly #server: Server;
  readonly #underWay = new Set<Promise<void>>();
  #atOnce = 0;

  constructor(options: ModelProxyOptions) {
    this.#options = options;
    this.#parts = { ...options, limits: { ...usualLimits, ...options.limits } };
    this.#wires = [...new Set(options.models.map(({ proxied }) => proxied))];
    this.#server = createServer({ requestTimeout: 60_000, headersTimeout: 10_000 }, (request, response) => {
      const one = this.#handle(request, response).catch(() => void response.destroy());
      this.#underWay.add(one);
      void one.then(() => this.#underWay.delete(one));
    });
    this.#server.maxConnections = 64;
  }

  start(): Promise<void> {
    const { socket, owner } = this.#options;
    return listenAt(this.#server, socket, owner);
  }

  /** Ends what is under way, and waits until that is recorded as far as it came. */
  async close(): Promise<void> {
    await endServer(this.#server);
    await Promise.all(this.#underWay);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const wire = this.#wireOf(path, request);
    if (wire === undefined) return void response.writeHead(404).end();
    const client = new ProxyClient(wire, response);
    const tell = (reason: string) => this.#options.onRefused?.({ path: path.slice(0, 200), reason });
    const refuse = (refusal: Refusal, reason: string) => {
      tell(reason);
      client.refuse(refusal, reason);
    };
    if (!this.#isKnown(request)) return refuse('unauthorised', 'the token is not that of this job');
    if (path === '/v1/models' && request.method === 'GET')
      return client.send(200, wire.list(this.#namesAt(wire.path)));
    if (path !== wire.path || request.method !== 'POST')
      return refuse('not-found', `${request.method} ${path.slice(0, 100)} is not served here`);
    if (this.#atOnce >= mostAtOnce)
      return client.refuse('rate-limited', 'too many questions at once', { retryAfterMs: 1_000 });
    this.#atOnce += 1;
    try {
      const found = await this.#read(path, request);
      if ('refusal' in found) refuse(found.refusal, found.reason);
      else {
        const unasked = await new Carrier(found.model, this.#parts, client).carry(found.asked);
        if (unasked !== undefined) tell(unasked);
      }
    } finally {
      this.#atOnce -= 1;
    }
  }

  async #read(path: string, request: IncomingMessage): Promise<Question> {
    const { models, mostOutputTokens = 64_000 } = this.#options;
    const text = await readBody(request, mostBodyBytes);
    if (text === undefined) return { refusal: 'too-large', reason: `at most ${mostBodyBytes} bytes here` };
    const body = objectOf(text);
    if (body === undefined) return { refusal: 'bad-request', reason: 'the request is no JSON object' };
    const model = models.find(
      ({ proxied, identity }) => proxied.path === path && identity.model === body.model,
    );
    if (model === undefined)
      return { refusal: 'not-found', reason: `model: only ${this.#namesAt(path).join(', ')} here` };
    const asked = model.proxied.read({ headers: request.headers, body }, mostOutputTokens);
    return 'problem' in asked ? { refusal: 'bad-request', reason: asked.problem } : { model, asked };
  }

  /** In whose words is answered: a path that several share is told apart by what only clients of Anthropic's send. */
  #wireOf(path: string, { headers }: IncomingMessage): ProxiedWire | undefined {
    const own = this.#wires.find((wire) => wire.path === path);
    const speaks = this.#wires.find(
      (wire) => (headers['anthropic-version'] !== undefined) === (wire.path === '/v1/messages'),
    );
    return own ?? speaks ?? this.#wires[0];
  }

  #isKnown({ headers }: IncomingMessage): boolean {
    const shown = headers['x-api-key'] ?? headers.authorization?.replace(/^Bearer /i, '') ?? '';
    const digest = (text: string) => createHash('sha256').update(text).digest();
    return timingSafeEqual(digest(String(shown)), digest(this.#options.token));
  }

  #namesAt(path: string): readonly string[] {
    return this.#options.models
      .filter(({ proxied }) => proxied.path === path)
      .map(({ identity }) => identity.model);
  }
}

type Question =
  | { readonly model: ProxiedModel; readonly asked: Asked }
  | { readonly refusal: Refusal; readonly reason: string };

function objectOf(text: string): JsonRecord | undefined {
  try {
    return parseHostileObject(text);
  } catch {
    return undefined;
  }
}
