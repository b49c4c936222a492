import type { ModelBlock, ModelFault, ModelRequest, ModelStop, ModelUsage } from '../../domain/model.ts';

/** One event of a stream, as text/event-stream has it. */
export type WireEvent = { readonly event?: string | undefined; readonly data: string };

/** An answer that is whole. */
export type WholeAnswer = {
  readonly blocks: readonly ModelBlock[];
  readonly stop: ModelStop;
  /** undefined: the server tells none. */
  readonly usage: ModelUsage | undefined;
  readonly answeredBy: string;
};

/** Puts a streamed answer together. Throws a WireFault at what is not of its format. */
export type AnswerFold = {
  take(event: WireEvent): void;
  /** Whether the end that the format wants was there: what comes after it is not read. */
  readonly isEnded: boolean;
  /** Throws a WireFault where the answer is not whole. */
  end(): WholeAnswer;
};

/** What a server says of its own failure; undefined fields: it does not say. */
export type WireError = { readonly type: string | undefined; readonly message: string | undefined };

/** How one kind of server answers. Pure: who carries it is http-model.ts, or the proxy. */
export type AnswerWire = {
  /** Below the server's URL. */
  readonly path: string;
  headers(key: string | undefined): Readonly<Record<string, string>>;
  fold(): AnswerFold;
  error(body: string): WireError;
  /** What the type of an error means; undefined: as its status does. */
  faultOf(type: string): ModelFault | undefined;
};

/** How one kind of server is asked, and answers. */
export type Wire = AnswerWire & {
  body(request: ModelRequest, model: string): Readonly<Record<string, unknown>>;
};
