import type { Entry, NewEvent } from '../domain/journal.ts';
import type { ModelExchange, ModelIdentity, ModelMessage } from '../domain/model.ts';
import type { Redacted } from '../domain/secrets.ts';
import type { Redactor } from '../ports/redactor.ts';

export const sampleModel: ModelIdentity = {
  name: 'careful',
  family: 'llama',
  model: 'llama-4',
  scripted: false,
};

export function exchangeOf(
  messages: readonly ModelMessage[],
  reply: string,
  over: Partial<ModelExchange> = {},
): ModelExchange {
  return {
    identity: sampleModel,
    request: { system: 'You review changes.', messages, tools: [], maxOutputTokens: 1000, temperature: 0 },
    reply: {
      kind: 'answer',
      blocks: [{ kind: 'text', text: reply }],
      stop: 'end',
      usage: { inputTokens: 10, outputTokens: 5, microdollars: 7 },
      answeredBy: 'llama-4',
    },
    startedAt: new Date('2026-11-30T02:00:00Z'),
    ms: 1200,
    ...over,
  };
}

export const user = (text: string): ModelMessage => ({ role: 'user', text });

/** Takes one word for a credential, so that a property can be tried a thousand times. */
export const wordRedactor: Redactor = {
  redact: async (texts) => new Map(texts.map(({ id, text }) => [id, withoutWord(text)])),
};

function withoutWord(text: string): Redacted {
  const parts = text.split('HUNTER2');
  return {
    text: parts.join('[redacted: word]'),
    redactions: parts.slice(1).map(() => ({ rule: 'word', line: 1 })),
  };
}

/** Events as they were appended, and no more of a journal than who records needs. */
export class EventList {
  readonly events: NewEvent[] = [];

  async append({ events }: { readonly events: readonly NewEvent[] }): Promise<[]> {
    this.events.push(...events);
    return [];
  }

  async read({ types = [] }: { readonly types?: readonly string[] } = {}): Promise<readonly Entry[]> {
    const at = '2026-11-30T02:00:00.000Z';
    return this.events
      .map((event, index) => ({ ...event, index, at }))
      .filter(({ type }) => types.includes(type));
  }
}

/** Within one process: one after the other. */
export function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}
