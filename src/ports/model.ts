import type { ModelExchange, ModelIdentity, ModelReply, ModelRequest } from '../domain/model.ts';

/**
 * A language model, asked once for each call. MUST answer with a fault instead of throwing, whatever the other side does, and
 * MUST be bounded in time and size. MUST NOT ask twice, nor fall back to another model. An answer that is not whole (cut off in
 * mid-stream, not of its wire format) MUST be a fault. No key may stand in a reply or a reason.
 */
export interface Model {
  readonly identity: ModelIdentity;
  ask(request: ModelRequest, signal?: AbortSignal): Promise<ModelReply>;
}

/**
 * Keeps what passed between us and a model. MUST have it safely before it answers: what was not recorded was not said. MUST take
 * credentials out of it first: whoever hands it over has taken out only those that it knows itself.
 */
export interface ExchangeLog {
  record(exchange: ModelExchange): Promise<void>;
}
