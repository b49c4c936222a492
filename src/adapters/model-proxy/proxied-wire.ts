import type { IncomingHttpHeaders } from 'node:http';
import type { ModelFault, ModelRequest } from '../../domain/model.ts';
import type { AnswerWire, WholeAnswer } from '../model/wire.ts';

/** What a client asks, as it may go on. */
export type Asked = {
  readonly isStreamed: boolean;
  /** Only what is known and allowed: what a client wrote is never passed on as it is. */
  readonly forward: Readonly<Record<string, unknown>>;
  /** Beside those of the wire. */
  readonly headers: Readonly<Record<string, string>>;
  /** The same as it is kept. */
  readonly request: ModelRequest;
};

/** What came from a client. */
export type Said = {
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
};

/** `problem`: why it may not go on, for whoever wrote it. */
export type Reading = Asked | { readonly problem: string };

/** How a client inside speaks and is spoken to. Pure. */
export type ProxiedWire = {
  readonly wire: AnswerWire;
  readonly path: string;
  read(said: Said, mostOutputTokens: number): Reading;
  /** An answer in one piece. Throws a WireFault. */
  whole(text: string): WholeAnswer;
  error(status: number, type: string, message: string): object;
  /** In the middle of a stream. */
  errorEvent(type: string, message: string): string;
  /** The word of this wire for why there is no answer. */
  typeOf(refusal: Refusal): string;
  /** The models that a client may name. */
  list(models: readonly string[]): object;
};

export type Refusal = ModelFault | 'not-found' | 'bad-request' | 'too-large';

/** No client asks again by itself after 402: what is spent stays spent. */
export const statuses: Readonly<Record<Refusal, number>> = {
  'not-found': 404,
  'bad-request': 400,
  'too-large': 413,
  unauthorised: 401,
  'over-budget': 402,
  'rate-limited': 429,
  overloaded: 529,
  unreachable: 502,
  timeout: 504,
  rejected: 400,
  malformed: 502,
  'cut-off': 502,
  unrecorded: 502,
};
