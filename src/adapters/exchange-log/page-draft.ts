import type { Json } from '../../domain/json.ts';
import type { ModelExchange } from '../../domain/model.ts';
import type { ItemRef, MessageRefs, Page } from '../../domain/recording.ts';
import type { ExchangeItems, Item, ToolCallItems } from './items.ts';
import type { KnownPages } from './known-pages.ts';
import type { RedactedItem } from './redact-items.ts';

/** Items by digest as they came, without their credentials. */
export type RedactedItems = ReadonlyMap<string, RedactedItem>;

/** A page in the making: each item is kept once, here or where it is already. */
export class PageDraft {
  readonly items: Json[] = [];
  readonly refs = new Map<string, ItemRef>();
  readonly #known: KnownPages;
  readonly #redacted: RedactedItems;

  constructor(known: KnownPages, redacted: RedactedItems) {
    this.#known = known;
    this.#redacted = redacted;
  }

  refOf({ value }: Item): ItemRef {
    const digest = this.#known.digest(value);
    const redacted = this.#redacted.get(digest);
    const known = this.refs.get(digest) ?? this.#known.find(digest, redacted);
    if (known === undefined && redacted === undefined) throw new Error('an item that nobody looked through');
    const ref = known ?? this.items.push(redacted?.value ?? null) - 1;
    this.refs.set(digest, ref);
    return ref;
  }

  messages(items: readonly Item[]): MessageRefs {
    const refs = items.map((item) => this.refOf(item));
    const begun = this.#known.longest(refs.map((ref) => (typeof ref === 'string' ? ref : undefined)));
    return { ...begun, more: refs.slice(begun.same) };
  }
}

export function exchangePage(
  draft: PageDraft,
  { system, tools, schema, messages, reply }: ExchangeItems,
  reason: string | null,
): Page {
  const refs = {
    system: draft.refOf(system),
    tools: draft.refOf(tools),
    schema: schema && draft.refOf(schema),
    messages: draft.messages(messages),
    reply: reply && draft.refOf(reply),
  };
  return { v: 1, kind: 'exchange', items: draft.items, ...refs, reason };
}

export function toolCallPage(draft: PageDraft, { input, result, told }: ToolCallItems): Page {
  const refs = {
    input: draft.refOf(input),
    result: draft.refOf(result),
    ...(told && { told: told.map((one) => draft.refOf(one)) }),
  };
  return { v: 1, kind: 'tool-call', items: draft.items, ...refs };
}

export function reasonOf({ reply }: ModelExchange): string | null {
  return reply.kind === 'fault' ? reply.reason.toWellFormed() : null;
}
