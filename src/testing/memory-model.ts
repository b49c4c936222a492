import type { ModelIdentity, ModelReply, ModelRequest } from '../domain/model.ts';
import type { Model } from '../ports/model.ts';
import type { ModelSource } from '../ports/models.ts';
import type { Lens } from '../stages/3-judge/shipped.ts';
import { answerText, readRequest, replyOf } from './judge-samples.ts';

/** What it makes of a request; undefined: it says no to every question, as a judge does who sees nothing wrong. */
export type Answering = (asked: {
  readonly request: ModelRequest;
  readonly text: string;
  readonly nonce: string;
  readonly lens: Lens;
}) => ModelReply | Promise<ModelReply> | undefined;

/** A model that answers by a function, and says so of itself. */
export class MemoryModel implements Model {
  readonly identity: ModelIdentity;
  readonly requests: ModelRequest[] = [];
  readonly #answering: Answering;

  constructor(name: string, family: string, answering: Answering = () => undefined) {
    this.identity = { name, family, model: `${name}-1`, scripted: true };
    this.#answering = answering;
  }

  async ask(request: ModelRequest): Promise<ModelReply> {
    this.requests.push(request);
    const [message] = request.messages;
    const text = message?.role === 'user' ? message.text : '';
    const asked = { request, text, ...readRequest(text) };
    const fine = replyOf(answerText(asked.lens, asked.nonce), this.identity.model);
    return (await this.#answering(asked)) ?? fine;
  }
}

export class MemoryModels implements ModelSource {
  readonly #models: readonly Model[];

  constructor(models: readonly Model[]) {
    this.#models = models;
  }

  async named(name: string): Promise<Model | undefined> {
    return this.#models.find(({ identity }) => identity.name === name);
  }
}
