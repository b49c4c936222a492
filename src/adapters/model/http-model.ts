import type { ModelIdentity, ModelReply, ModelRequest } from '../../domain/model.ts';
import { priced } from '../../domain/model-prices.ts';
import { mostTokens, mostUsage } from '../../domain/model-tokens.ts';
import type { Model } from '../../ports/model.ts';
import { readEvents } from './events.ts';
import { type Posted, reasonOf } from './http.ts';
import { ModelCall, type ModelLimits, type ServedModel, usualLimits } from './model-call.ts';
import { Patience } from './patience.ts';
import type { WholeAnswer, Wire } from './wire.ts';
import { WireFault } from './wire-fault.ts';

export type HttpModelOptions = ServedModel & { readonly wire: Wire; readonly limits?: Partial<ModelLimits> };

/** A model behind HTTP. One question is one request: it asks once, and believes nothing that is not whole. */
export class HttpModel implements Model {
  readonly identity: ModelIdentity;
  readonly #options: HttpModelOptions;
  readonly #limits: ModelLimits;

  constructor(options: HttpModelOptions) {
    this.identity = options.identity;
    this.#options = options;
    this.#limits = { ...usualLimits, ...options.limits };
  }

  async ask(request: ModelRequest, signal?: AbortSignal): Promise<ModelReply> {
    const patience = new Patience(this.#limits, signal);
    const call = new ModelCall(this.#options);
    try {
      return await this.#answer(request, call, patience);
    } catch (thrown) {
      return call.faultOf(patience.why() ?? thrown);
    } finally {
      patience.end();
    }
  }

  async #answer(request: ModelRequest, call: ModelCall, patience: Patience): Promise<ModelReply> {
    const { wire, prices } = this.#options;
    const body = wire.body(request, this.identity.model);
    const posted = await call.open({ body, type: 'text/event-stream', signal: patience.signal });
    try {
      const { blocks, stop, usage, answeredBy } = await this.#read(posted, patience);
      const cost = priced(usage ?? mostUsage(request, blocks), prices);
      return { kind: 'answer', blocks, stop, usage: cost, answeredBy };
    } catch (thrown) {
      throw patience.why() ?? dearest(thrown, request);
    } finally {
      posted.body.destroy();
    }
  }

  /** Reads no further than the end: a server that keeps the connection open after it delays nothing. */
  async #read({ body }: Posted, patience: Patience): Promise<WholeAnswer> {
    const fold = this.#options.wire.fold();
    for await (const event of readEvents(patience.watch(body), this.#limits)) {
      fold.take(event);
      if (fold.isEnded) break;
    }
    return fold.end();
  }
}

/** An answer that began and went wrong may have cost all that it could, unless the provider says what it did. */
function dearest(thrown: unknown, request: ModelRequest): WireFault {
  const found = broken(thrown);
  const { input, output } = mostTokens(request);
  const usage = found.details.usage ?? { inputTokens: input, outputTokens: output };
  return new WireFault(found.fault, found.message, { ...found.details, usage });
}

/** Whatever else ends a stream is its connection. */
export function broken(thrown: unknown): WireFault {
  if (thrown instanceof WireFault) return thrown;
  return new WireFault('cut-off', `its answer breaks off: ${reasonOf(thrown)}`);
}
