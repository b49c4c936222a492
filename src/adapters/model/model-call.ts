import { AutolandError } from '../../domain/errors.ts';
import { maskSecrets } from '../../domain/mask.ts';
import type { ModelIdentity, ModelReply } from '../../domain/model.ts';
import { type ModelPrices, priced } from '../../domain/model-prices.ts';
import { printable } from '../../domain/printable.ts';
import { retryAfterMs } from '../registry/attempts.ts';
import type { StreamLimits } from './events.ts';
import { type Posted, postJson, reasonOf, startOf } from './http.ts';
import { readModelKey } from './key-file.ts';
import type { PatienceLimits } from './patience.ts';
import { faultOfStatus } from './statuses.ts';
import type { AnswerWire } from './wire.ts';
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

/** A model, and the way there. */
export type ServedModel = {
  readonly identity: ModelIdentity;
  readonly wire: AnswerWire;
  readonly server: ModelServer;
  /** undefined: what it costs is not known. */
  readonly prices?: ModelPrices | undefined;
};

export type ModelLimits = PatienceLimits & StreamLimits;

export const usualLimits: ModelLimits = {
  totalMs: 15 * 60_000,
  stallMs: 5 * 60_000,
  bytes: 32 * 1024 * 1024,
  eventBytes: 8 * 1024 * 1024,
};

export type Opening = {
  readonly body: object;
  /** Of the answer. */
  readonly type: 'text/event-stream' | 'application/json';
  /** Beside those of the wire. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
};

export type FaultReply = ModelReply & { readonly kind: 'fault' };

const mostErrorBytes = 64 * 1024;
const longestReason = 500;

/** One request to a model's server, until its answer begins. */
export class ModelCall {
  readonly #served: ServedModel;
  #key: string | undefined;

  constructor(served: ServedModel) {
    this.#served = served;
  }

  /** The answer, with a good status and of the type that was asked for. Throws a WireFault, or what is wrong with the key. */
  async open({ body, type, headers = {}, signal }: Opening): Promise<Posted> {
    const { wire, server } = this.#served;
    this.#key = server.keyFile === undefined ? undefined : readModelKey(server.keyFile);
    const posted = await postJson({
      url: this.#url(),
      headers: { ...wire.headers(this.#key), ...headers, accept: type },
      body: JSON.stringify(body),
      signal,
    }).catch((thrown: unknown) => {
      throw new WireFault('unreachable', reasonOf(thrown));
    });
    try {
      if (posted.status !== 200) throw await this.#refusal(posted);
      this.#mustBe(type, posted);
      return posted;
    } catch (thrown) {
      posted.body.destroy();
      throw thrown;
    }
  }

  /** What comes back goes into journals, terminals and sandboxes. */
  holdsKey(text: string): boolean {
    return this.#key !== undefined && text.includes(this.#key);
  }

  /** Without keys, in one line, and not too long. */
  clean(text: string): string {
    return maskSecrets(printable(text), this.#key === undefined ? [] : [this.#key]).slice(0, longestReason);
  }

  faultOf(thrown: unknown): FaultReply {
    const { prices } = this.#served;
    const { fault, details } = thrown instanceof WireFault ? thrown : foreign(thrown);
    const { usage, retryAfterMs: after } = details;
    return {
      kind: 'fault',
      fault,
      reason: this.clean(`${this.#url().host}: ${reasonOf(thrown)}`),
      ...(after !== undefined && { retryAfterMs: after }),
      ...(usage !== undefined && { usage: priced(usage, prices) }),
    };
  }

  #url(): URL {
    const { server, wire } = this.#served;
    return new URL(`${server.url.replace(/\/+$/, '')}${wire.path}`);
  }

  #mustBe(wanted: string, { headers }: Posted): void {
    if (headers[SCRIPTED_HEADER] !== undefined && !this.#served.identity.scripted)
      throw new WireFault(
        'rejected',
        'its answers are scripted, and nothing here says so: write scripted: true',
      );
    const type = headers['content-type'] ?? 'no type';
    if (type.split(';', 1)[0]?.trim().toLowerCase() !== wanted)
      throw malformed(`expected ${wanted}, found ${type}`);
    const coding = headers['content-encoding'] ?? 'identity';
    if (coding !== 'identity') throw malformed(`expected an answer as it is, found it coded as ${coding}`);
  }

  async #refusal({ status, headers, body }: Posted): Promise<WireFault> {
    const { wire } = this.#served;
    const { type, message } = wire.error(await startOf(body, mostErrorBytes));
    if (status >= 300 && status < 400)
      return new WireFault('rejected', `answered ${status}: redirects are not followed`);
    const said = [type, message].filter(Boolean).join(': ');
    const fault = (type === undefined ? undefined : wire.faultOf(type)) ?? faultOfStatus(status);
    const after = headers['retry-after'];
    return new WireFault(fault, `answered ${status}${said === '' ? '' : `: ${said}`}`, {
      status,
      said: message,
      retryAfterMs: after === undefined ? undefined : retryAfterMs(after, new Date()),
    });
  }
}

/** Of the key file, whose messages name no key; all else is a bug of ours, and no answer either. */
function foreign(thrown: unknown): WireFault {
  return new WireFault(thrown instanceof AutolandError ? 'unauthorised' : 'malformed', reasonOf(thrown));
}
