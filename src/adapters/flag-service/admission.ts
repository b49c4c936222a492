import { Rate } from './rate.ts';
import { parseSelector, type Selector } from './selector.ts';
import type { Selection } from './snapshot.ts';
import { readTokens } from './tokens/read-tokens.ts';
import { isTicketOf, ticketId } from './tokens/ticket.ts';
import { type StoredToken, type TokenScope, tokenOf } from './tokens/token.ts';

/** What a request brings to be let in. */
export type Presented = {
  /** Where it comes from: an address, or null for this machine's Unix socket, which only our user can open. */
  readonly peer: string | null;
  readonly authorization?: string | null | undefined;
  readonly apiKey?: string | null | undefined;
  /** HTTP/2's, or the Host: the one thing that flagd's clients let a person set for every call. */
  readonly authority?: string | null | undefined;
  readonly selectors?: readonly (string | null | undefined)[];
  /** Of an event stream of a browser, which can send no header. */
  readonly ticket?: string | null | undefined;
};

/** Who was let in. */
export type Client = {
  /** null: through the Unix socket. */
  readonly token: StoredToken | null;
  readonly selection: Selection;
};

/** Why not, in words that every protocol can tell. */
export class Refusal extends Error {
  readonly kind: 'unauthenticated' | 'forbidden' | 'busy' | 'malformed';
  readonly retryAfterSeconds: number;

  constructor(kind: Refusal['kind'], message: string, retryAfterSeconds = 0) {
    super(message);
    this.kind = kind;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export type AdmissionOptions = {
  readonly tokensFile: string;
  readonly environment: string;
  readonly perSecond: number;
  readonly streams: number;
};

/** Lets in who has a token of this environment with the scope that is needed, at no more than the rate. */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #rate: Rate;
  #tokens: ReadonlyMap<string, StoredToken> = new Map();
  #isReadable = false;
  #open = 0;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#rate = new Rate(options.perSecond);
  }

  /**
   * Reads the tokens anew; true when one that was known counts no more. Where they cannot be read nobody new is let in,
   * and streams go on: through them a kill arrives.
   */
  look(): boolean {
    const found = readOrUndefined(this.#options.tokensFile);
    this.#isReadable = found !== undefined;
    if (found === undefined) return false;
    const before = this.#tokens;
    this.#tokens = found;
    return [...before.keys()].some((id) => !found.has(id));
  }

  /** Throws a Refusal. */
  admit(presented: Presented, scope: TokenScope): Client {
    const selectors = (presented.selectors ?? []).map(readSelector);
    const service = selectors.find((one) => one.service !== null)?.service ?? null;
    const token = presented.peer === null ? null : this.#tokenFrom(presented, selectors);
    const wait = this.#rate.take(presented.peer === null ? 'socket' : (token?.id ?? `at ${presented.peer}`));
    if (wait > 0)
      throw new Refusal('busy', `expected at most ${this.#options.perSecond} requests a second`, wait);
    if (token === undefined) throw unauthenticated(this.#options.environment);
    if (!mayAll(token, scope)) throw forbidden(scope, token);
    return { token, selection: { service } };
  }

  /** Whether a stream that was let in may go on. */
  stands({ token }: Client): boolean {
    return token === null || this.#tokens.get(token.id)?.hash === token.hash;
  }

  /** Counts a stream until the answered function is called. Throws a Refusal beyond the most that are served. */
  enter(): () => void {
    if (this.#open >= this.#options.streams)
      throw new Refusal('busy', `expected at most ${this.#options.streams} open streams`, 5);
    this.#open += 1;
    let isOpen = true;
    return () => {
      if (isOpen) this.#open -= 1;
      isOpen = false;
    };
  }

  #tokenFrom(presented: Presented, selectors: readonly Selector[]): StoredToken | undefined {
    const { ticket, authorization, apiKey, authority } = presented;
    const found = ticket ? this.#ofTicket(ticket) : undefined;
    const texts = [
      /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1],
      apiKey,
      ...selectors.map(({ token }) => token),
      authority?.split('.')[0],
    ];
    // The first that is there counts: a second guess must cost a second request.
    const text = texts.find((one) => one?.startsWith('alflag_'));
    const token = found ?? tokenOf(text ?? '', this.#tokens, 'alflag');
    const counts = this.#isReadable && token?.environment === this.#options.environment;
    return counts ? token : undefined;
  }

  #ofTicket(ticket: string): StoredToken | undefined {
    const token = this.#tokens.get(ticketId(ticket));
    return token !== undefined && isTicketOf(ticket, token, Date.now()) ? token : undefined;
  }
}

/** The Unix socket is for reading: to close a flag there is the command. */
function mayAll(token: StoredToken | null, scope: TokenScope): boolean {
  return token === null ? scope === 'read' : token.scopes.includes(scope);
}

function readSelector(text: string | null | undefined): Selector {
  try {
    return parseSelector(text ?? '');
  } catch (thrown) {
    throw new Refusal('malformed', thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function readOrUndefined(path: string): ReadonlyMap<string, StoredToken> | undefined {
  try {
    return readTokens(path);
  } catch {
    return undefined;
  }
}

function unauthenticated(environment: string): Refusal {
  return new Refusal(
    'unauthenticated',
    `expected a flag token of the environment ${environment} (as bearer token, X-API-Key, or token= in the selector), found none that counts; autoland flags token makes one`,
  );
}

function forbidden(scope: TokenScope, token: StoredToken | null): Refusal {
  const found = token === null ? 'the Unix socket' : `scope ${token.scopes.join(' and ')}`;
  return new Refusal('forbidden', `expected a flag token with scope ${scope}, found ${found}`);
}
