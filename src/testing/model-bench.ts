import type { ModelReply, ModelRequest } from '../domain/model.ts';
import type { Model } from '../ports/model.ts';
import { ModelServer, type ModelServerOptions } from './model-server/model-server.ts';
import type { Says, ScriptInput } from './model-server/script.ts';

export type ModelTrial = {
  /** The server's, without the path of a wire. */
  readonly url: string;
  readonly key: string;
  readonly limits: {
    readonly totalMs: number;
    readonly stallMs: number;
    readonly bytes: number;
    readonly eventBytes: number;
  };
  readonly isScripted: boolean;
};

/** What differs between the wires that an adapter may speak. */
export type ModelTraits = {
  readonly wantsKey: boolean;
  readonly signsReasoning: boolean;
  readonly takesTemperature: boolean;
};

export const question: ModelRequest = {
  system: 'You look at changes.',
  messages: [{ role: 'user', text: 'Is it right?' }],
  tools: [],
  maxOutputTokens: 200,
};

export const modelKey = 'sk-test-0123456789abcdef';
export const modelLimits = { totalMs: 20_000, stallMs: 10_000, bytes: 200_000, eventBytes: 50_000 };

export type Asking = {
  readonly script: ScriptInput['steps'];
  readonly server?: Partial<ModelServerOptions>;
  readonly trial?: Partial<ModelTrial>;
};

/** A server with a script, and a model that asks it. One server at a time: the next one ends the last. */
export class ModelBench {
  server: ModelServer | undefined;
  readonly traits: ModelTraits;
  readonly #make: (trial: ModelTrial) => Model;

  constructor(make: (trial: ModelTrial) => Model, traits: ModelTraits) {
    this.#make = make;
    this.traits = traits;
  }

  async open({ script, server: more, trial }: Asking): Promise<{ server: ModelServer; model: Model }> {
    await this.close();
    const key = this.traits.wantsKey ? { key: modelKey } : {};
    const server = await ModelServer.open({ script: { steps: script }, ...key, ...more });
    this.server = server;
    const usual = { url: server.url, key: modelKey, limits: modelLimits, isScripted: true };
    return { server, model: this.#make({ ...usual, ...trial }) };
  }

  async answersTo(asking: Asking, request = question): Promise<ModelReply> {
    return (await this.open(asking)).model.ask(request);
  }

  async close(): Promise<void> {
    await this.server?.close();
    this.server = undefined;
  }
}

export function saying(more: Partial<Omit<Says, 'kind'>> = {}): Says {
  return {
    kind: 'says',
    blocks: [{ kind: 'text', text: 'No objection.' }],
    usage: { input: 100, output: 20, cacheRead: 0, cacheWrite: 0 },
    ...more,
  };
}

export function blocksOf(reply: ModelReply) {
  if (reply.kind !== 'answer') throw new Error(`expected an answer, found ${JSON.stringify(reply)}`);
  return reply.blocks;
}
