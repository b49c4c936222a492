import { text as textOfBody } from 'node:stream/consumers';
import { messageOf } from '../../domain/errors.ts';
import type { ModelReply } from '../../domain/model.ts';
import { type ModelSpending, mostSpending, spendingOf } from '../../domain/model-budget.ts';
import { type ModelPrices, priced } from '../../domain/model-prices.ts';
import { mostTokensOf, mostUsage } from '../../domain/model-tokens.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ExchangeLog } from '../../ports/model.ts';
import { type Breaker, meaningOf } from '../model/around/breaking.ts';
import type { Budgets } from '../model/around/budgets.ts';
import { readEvents } from '../model/events.ts';
import type { Posted } from '../model/http.ts';
import { broken } from '../model/http-model.ts';
import { ModelCall, type ModelLimits, type ServedModel } from '../model/model-call.ts';
import { Patience } from '../model/patience.ts';
import type { WholeAnswer, WireEvent } from '../model/wire.ts';
import { malformed, WireFault } from '../model/wire-fault.ts';
import { bounded } from './bounded.ts';
import type { ProxyClient } from './client.ts';
import type { Asked, ProxiedWire } from './proxied-wire.ts';

/** A model that a client inside may name. */
export type ProxiedModel = Omit<ServedModel, 'wire'> & {
  readonly proxied: ProxiedWire;
  /** Of its server: shared by all who ask there. */
  readonly breaker: Breaker;
};

export type CarryParts = {
  readonly budgets: Budgets;
  readonly change: string | undefined;
  readonly log: ExchangeLog;
  readonly clock: Clock;
  readonly limits: ModelLimits;
};

type Told = {
  readonly reply: ModelReply;
  /** Says the end, which the client waits for before it acts: kept back until the exchange is safe. */
  readonly finish: () => Promise<void>;
};

type Exchanged = { readonly spent: ModelSpending; readonly reply: ModelReply };

/** `unasked`: why nobody was asked. Neither: whoever asked has gone. */
type Carried = { readonly unasked?: string; readonly reply?: ModelReply };

/** Carries one question out and its answer in. Answers as the exchange was kept. */
export class Carrier {
  readonly #model: ProxiedModel;
  readonly #parts: CarryParts;
  readonly #client: ProxyClient;
  readonly #call: ModelCall;

  constructor(model: ProxiedModel, parts: CarryParts, client: ProxyClient) {
    this.#model = model;
    this.#parts = parts;
    this.#client = client;
    this.#call = new ModelCall({ ...model, wire: model.proxied.wire });
  }

  /** Answers why nobody was asked; undefined: somebody was, or whoever asked has gone. */
  async carry(asked: Asked): Promise<string | undefined> {
    const { breaker } = this.#model;
    const turn = breaker.begin();
    if (turn.kind === 'fault') {
      // What its server said last does not concern who asks.
      const { retryAfterMs } = turn;
      this.#client.refuse('overloaded', 'the model fails again and again: ask later', { retryAfterMs });
      return turn.reason;
    }
    let carried: Carried = {};
    try {
      carried = await this.#pay(asked);
      return carried.unasked;
    } finally {
      const { reply } = carried;
      const meaning = reply === undefined ? 'unknown' : meaningOf(reply, this.#client.left.aborted);
      breaker.end(turn, meaning, reply);
    }
  }

  async #pay(asked: Asked): Promise<Carried> {
    const { budgets, change, limits } = this.#parts;
    const most = mostOf(asked, this.#model.prices, limits.totalMs);
    const entrance = await budgets.enter(change, most, this.#client.left);
    if (entrance.kind === 'left') return {};
    if (entrance.kind === 'over') {
      const unasked = `no budget is left: ${entrance.reason}`;
      this.#client.refuse('over-budget', unasked);
      return { unasked };
    }
    let spent: ModelSpending = most;
    try {
      const done = await this.#exchange(asked, most);
      spent = done.spent;
      return { reply: done.reply };
    } finally {
      budgets.settle(entrance.ticket, spent);
    }
  }

  async #exchange(asked: Asked, most: ModelSpending): Promise<Exchanged> {
    const { log, clock } = this.#parts;
    const { identity } = this.#model;
    const startedAt = clock.now();
    const begun = clock.monotonicMs();
    const told = await this.#told(asked);
    const ms = clock.monotonicMs() - begun;
    const { reply } = told;
    const done = { spent: spendingOf(reply, most, ms), reply };
    try {
      await log.record({ identity, request: asked.request, reply, startedAt, ms });
    } catch (thrown) {
      this.#client.refuse(
        'unrecorded',
        `the exchange could not be kept: ${this.#call.clean(messageOf(thrown))}`,
      );
      return done;
    }
    await told.finish();
    return done;
  }

  async #told(asked: Asked): Promise<Told> {
    const patience = new Patience(this.#parts.limits, this.#client.left);
    try {
      return await this.#pass(asked, patience);
    } catch (thrown) {
      const fault = patience.why() ?? thrown;
      return { reply: this.#call.faultOf(fault), finish: async () => this.#refuse(fault) };
    } finally {
      patience.end();
    }
  }

  async #pass(asked: Asked, patience: Patience): Promise<Told> {
    const posted = await this.#call.open({
      body: asked.forward,
      type: asked.isStreamed ? 'text/event-stream' : 'application/json',
      headers: asked.headers,
      signal: patience.signal,
    });
    try {
      return asked.isStreamed
        ? await this.#stream(asked, posted, patience)
        : await this.#whole(asked, posted, patience);
    } catch (thrown) {
      throw patience.why() ?? dearest(thrown, asked);
    } finally {
      posted.body.destroy();
    }
  }

  /** Event by event, each read before it is passed on: what the client hears is what is kept. */
  async #stream(asked: Asked, { body }: Posted, patience: Patience): Promise<Told> {
    const fold = this.#model.proxied.wire.fold();
    let last: WireEvent | undefined;
    for await (const event of readEvents(patience.watch(body), this.#parts.limits)) {
      this.#mustNotHoldKey(event.data);
      fold.take(event);
      last = event;
      if (fold.isEnded) break;
      await this.#client.tell(event, patience.signal);
    }
    const answer = this.#answer(asked, fold.end());
    const end = last;
    return { reply: answer, finish: async () => (end === undefined ? undefined : this.#client.end(end)) };
  }

  async #whole(asked: Asked, { body }: Posted, patience: Patience): Promise<Told> {
    const text = await textOfBody(bounded(patience.watch(body), this.#parts.limits.bytes));
    this.#mustNotHoldKey(text);
    const answer = this.#answer(asked, this.#model.proxied.whole(text));
    return { reply: answer, finish: async () => this.#client.send(200, JSON.parse(text)) };
  }

  #answer({ request }: Asked, { blocks, stop, usage, answeredBy }: WholeAnswer): ModelReply {
    const cost = priced(usage ?? mostUsage(request, blocks), this.#model.prices);
    return { kind: 'answer', blocks, stop, usage: cost, answeredBy };
  }

  #mustNotHoldKey(text: string): void {
    if (this.#call.holdsKey(text)) throw malformed('its answer holds the key that it was asked with');
  }

  /** What the provider says of the question helps who asked; where it is, and what is wrong with our key, does not concern them. */
  #refuse(thrown: unknown): void {
    const fault = thrown instanceof WireFault ? thrown : undefined;
    const { status, said = '', retryAfterMs } = fault?.details ?? {};
    const silence = 'the model does not answer';
    if (fault === undefined || status === undefined || fault.fault === 'unauthorised')
      this.#client.refuse(fault?.fault === 'timeout' ? 'timeout' : 'unreachable', silence);
    else this.#client.refuse(fault.fault, this.#call.clean(said) || silence, { status, retryAfterMs });
  }
}

function mostOf(
  { forward, request }: Asked,
  prices: ModelPrices | undefined,
  totalMs: number,
): ModelSpending {
  const frames = 64 * (request.messages.length + request.tools.length + 2);
  const input = mostTokensOf(JSON.stringify(forward)) + frames;
  return mostSpending({ input, output: request.maxOutputTokens }, prices, totalMs);
}

/** An answer that began and went wrong may have cost all that it could. */
function dearest(thrown: unknown, asked: Asked): WireFault {
  const { fault, message, details } = broken(thrown);
  const input = mostTokensOf(JSON.stringify(asked.forward));
  const usage = details.usage ?? { inputTokens: input, outputTokens: asked.request.maxOutputTokens };
  return new WireFault(fault, message, { ...details, usage });
}
