import type { Driver } from '../domain/driver.ts';
import type { ModelReply, ModelRequest } from '../domain/model.ts';
import type { Model } from '../ports/model.ts';
import { oneToken, testIdentity } from './saying-model.ts';

/** What a model answers who writes these drivers to whoever shows this text: the nonce stands in it. */
export function driverAnswer(text: string, drivers: readonly Driver[]): string {
  const nonce = /^END (\S+)$/m.exec(text)?.[1] ?? '';
  return JSON.stringify({ nonce, drivers });
}

/** A model that writes these drivers, whatever it is asked. */
export class WritingModel implements Model {
  readonly identity = testIdentity;
  readonly requests: ModelRequest[] = [];
  readonly #drivers: readonly Driver[];

  constructor(drivers: readonly Driver[]) {
    this.#drivers = drivers;
  }

  async ask(request: ModelRequest): Promise<ModelReply> {
    this.requests.push(request);
    const [message] = request.messages;
    const text = driverAnswer(message?.role === 'user' ? message.text : '', this.#drivers);
    const { model: answeredBy } = this.identity;
    return { kind: 'answer', blocks: [{ kind: 'text', text }], stop: 'end', usage: oneToken, answeredBy };
  }
}
