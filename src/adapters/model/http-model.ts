import { AutolandError } from '../../domain/errors.ts';
import { maskSecrets } from '../../domain/mask.ts';
import type { ModelIdentity, ModelReply, ModelRequest } from '../../domain/model.ts';
import { type ModelPrices, priced } from '../../domain/model-prices.ts';
import { mostUsage } from '../../domain/model-tokens.ts';
import { printable } from '../../domain/printable.ts';
import type { Model } from '../../ports/model.ts';
import { retryAfterMs } from '../registry/attempts.ts';
import { readEvents, type StreamLimits } from './events.ts';
import { type Posted, postJson, reasonOf, startOf } from './http.ts';
import { readModelKey } from './key-file.ts';
import { Patience, type PatienceLimits } from './patience.ts';
import { faultOfStatus } from './statuses.ts';
import type { WholeAnswer, Wire } from './wire.ts';
import { malformed, WireFault } from './wire-fault.ts';

/** What answers there is of a script: told by the server itself, so that no setting has to be believed. */
export const SCRIPTED_HEADER = 'autoland-scripted';

/** Said by this machine, never by a repository: a key goes there. */
export type ModelServer = {
  /** The wire's path is below it. */
  readonly url: string;
  /** undefined: it wants no key. */
  readonly keyFile: string | undefined;
};

export type ModelLimits = PatienceLimits & StreamLimits;

const usual: ModelLimits = {
  totalMs: 15 * 60_000,
  stallMs: 5 * 60_000,
  bytes: 32 * 1024 * 1024,
  eventBytes: 8 * 1024 * 1024,
};

export type HttpModelOptions = {
  readonly identity: ModelIdentity;
  readonly wire: Wire;
  readonly server: ModelServer;
  /** undefined: what it costs is not known. */
  readonly prices?: ModelPrices | undefined;
  readonly limits?: Partial<ModelLimits>;
};

const mostErrorBytes = 64 * 1024;
const longestReason = 500;

/** A model behind HTTP. One question is one request: it asks once, and believes nothing that is not whole. */
export class HttpModel implements Model {
  readonly identity: ModelIdentity;
  readonly #options: HttpModelOptions;
  readonly #limits: ModelLimits;

  constructor(options: HttpModelOptions) {
    this.identity = options.identity;
    this.#options = options;
    this.#limits = { ...usual, ...options.limits };
  }

  async ask(request: ModelRequest, signal?: AbortSignal): Promise<ModelReply> {
    const patience = new Patience(this.#limits, signal);
    let key: string | undefined;
    try {
      const { keyFile } = this.#options.server;
      key = keyFile === undefined ? undefined : readModelKey(keyFile);
      return await this.#answer(request, key, patience);
    } catch (thrown) {
      return this.#faultOf(patience.why() ?? thrown, key);
    } finally {
      patience.end();
    }
  }

  async #answer(request: ModelRequest, key: string | undefined, patience: Patience): Promise<ModelReply> {
    const { wire, prices } = this.#options;
    const posted = await postJson({
      url: this.#url(),
      headers: { ...wire.headers(key), accept: 'text/event-stream' },
      body: JSON.stringify(wire.body(request, this.identity.model)),
      signal: patience.signal,
    }).catch((thrown: unknown) => {
      throw new WireFault('unreachable', reasonOf(thrown));
    });
    try {
      if (posted.status !== 200) return await this.#refusal(posted, key);
      this.#mustStream(posted);
      const { blocks, stop, usage, answeredBy } = await this.#read(posted, patience);
      const cost = priced(usage ?? mostUsage(request, blocks), prices);
      return { kind: 'answer', blocks, stop, usage: cost, answeredBy };
    } finally {
      posted.body.destroy();
    }
  }

  #url(): URL {
    const { server, wire } = this.#options;
    return new URL(`${server.url.replace(/\/+$/, '')}${wire.path}`);
  }

  #mustStream({ headers }: Posted): void {
    if (headers[SCRIPTED_HEADER] !== undefined && !this.identity.scripted)
      throw new WireFault(
        'rejected',
        'its answers are scripted, and nothing here says so: write scripted: true',
      );
    const type = headers['content-type'] ?? 'no type';
    if (!/^text\/event-stream\b/i.test(type)) throw malformed(`expected text/event-stream, found ${type}`);
    const coding = headers['content-encoding'] ?? 'identity';
    if (coding !== 'identity') throw malformed(`expected an answer as it is, found it coded as ${coding}`);
  }

  /** Reads no further than the end: a server that keeps the connection open after it delays nothing. */
  async #read({ body }: Posted, patience: Patience): Promise<WholeAnswer> {
    const fold = this.#options.wire.fold();
    try {
      for await (const event of readEvents(patience.watch(body), this.#limits)) {
        fold.take(event);
        if (fold.isEnded) break;
      }
    } catch (thrown) {
      if (thrown instanceof WireFault) throw thrown;
      throw new WireFault('cut-off', `its answer breaks off: ${reasonOf(thrown)}`);
    }
    return fold.end();
  }

  async #refusal({ status, headers, body }: Posted, key: string | undefined): Promise<ModelReply> {
    const { wire } = this.#options;
    const { type, message } = wire.error(await startOf(body, mostErrorBytes));
    const isRedirect = status >= 300 && status < 400;
    const said = isRedirect ? 'redirects are not followed' : [type, message].filter(Boolean).join(': ');
    const fault = isRedirect
      ? 'rejected'
      : ((type === undefined ? undefined : wire.faultOf(type)) ?? faultOfStatus(status));
    const header = headers['retry-after'];
    const reply = this.#faultOf(
      new WireFault(fault, `answered ${status}${said === '' ? '' : `: ${said}`}`),
      key,
    );
    return header === undefined ? reply : { ...reply, retryAfterMs: retryAfterMs(header, new Date()) };
  }

  /** What a server says goes into journals and terminals: without keys, in one line, and not too long. */
  #faultOf(thrown: unknown, key: string | undefined): ModelReply & { kind: 'fault' } {
    const { fault, usage, reason } = described(thrown);
    const { host } = this.#url();
    const text = maskSecrets(printable(`${host}: ${reason}`), key === undefined ? [] : [key]);
    const cost = usage && priced(usage, this.#options.prices);
    return { kind: 'fault', fault, reason: text.slice(0, longestReason), ...(cost && { usage: cost }) };
  }
}

function described(thrown: unknown): Pick<WireFault, 'fault' | 'usage'> & { reason: string } {
  if (thrown instanceof WireFault)
    return { fault: thrown.fault, usage: thrown.usage, reason: thrown.message };
  // Of the key file: its messages name no key.
  const fault = thrown instanceof AutolandError ? 'unauthorised' : 'malformed';
  return { fault, usage: undefined, reason: reasonOf(thrown) };
}
