import type { Commitment } from '../domain/blob.ts';
import type { Json } from '../domain/json.ts';
import type { ItemRef, Page } from '../domain/recording.ts';

/** Why something that was recorded cannot be shown. */
export type Gap = { readonly gap: 'erased' | 'missing' | 'altered' | 'unreadable' };
/** One item as it was kept, or why it is not here. */
export type Shown = { readonly value: Json } | Gap;

export type ShownExchange = {
  readonly system: Shown;
  readonly tools: Shown;
  /** null: free text was asked for. */
  readonly schema: Shown | null;
  /** The messages that another exchange had begun with, `same` of them; null: none. */
  readonly like: { readonly content: Commitment; readonly same: number } | null;
  readonly messages: readonly ShownMessage[];
  /** null: a fault. */
  readonly reply: Shown | null;
  readonly reason: string | null;
};

/** `isRepeated`: it was said before, as an answer, a result or a message of another exchange. */
export type ShownMessage = { readonly message: Shown; readonly isRepeated: boolean };

export type ShownToolCall = {
  readonly input: Shown;
  readonly result: Shown;
  /** What it says that it did; null: it does not. */
  readonly told: readonly Shown[] | null;
};

/** Pages by the name of their blob, or why one is not here. */
export type Pages = ReadonlyMap<Commitment, Page | Gap>;

/** undefined: it is not the page of an exchange. */
export function shownExchange(content: Commitment, pages: Pages): ShownExchange | Gap | undefined {
  const page = pages.get(content);
  if (page === undefined) return { gap: 'missing' };
  if ('gap' in page) return page;
  if (page.kind !== 'exchange') return undefined;
  const at = (ref: ItemRef) => itemAt(ref, content, pages);
  const { like, same, more } = page.messages;
  return {
    system: at(page.system),
    tools: at(page.tools),
    schema: page.schema === null ? null : at(page.schema),
    like: like === null ? null : { content: like, same },
    messages: more.map((ref) => ({ message: at(ref), isRepeated: typeof ref === 'string' })),
    reply: page.reply === null ? null : at(page.reply),
    reason: page.reason,
  };
}

/** undefined: it is not the page of a call. */
export function shownToolCall(content: Commitment, pages: Pages): ShownToolCall | Gap | undefined {
  const page = pages.get(content);
  if (page === undefined) return { gap: 'missing' };
  if ('gap' in page) return page;
  if (page.kind !== 'tool-call') return undefined;
  const at = (ref: ItemRef) => itemAt(ref, content, pages);
  return { input: at(page.input), result: at(page.result), told: page.told?.map(at) ?? null };
}

/** Longer chains are not ours: each exchange of a conversation adds one. */
const mostLinks = 10_000;

/** Every message of a request, also those that stand with the exchanges before it. */
export function allMessages(content: Commitment, pages: Pages): readonly Shown[] {
  const pieces: (readonly Shown[])[] = [];
  let [at, wanted]: [Commitment | null, number] = [content, Number.POSITIVE_INFINITY];
  for (let links = 0; at !== null && wanted > 0 && links < mostLinks; links += 1) {
    const page: Page | Gap = pages.get(at) ?? { gap: 'missing' };
    if ('gap' in page || page.kind !== 'exchange') {
      const gap: Gap = 'gap' in page ? page : { gap: 'altered' };
      pieces.unshift(Array.from({ length: Number.isFinite(wanted) ? wanted : 1 }, () => gap));
      break;
    }
    const here: Commitment = at;
    const { like, same, more }: Extract<Page, { kind: 'exchange' }>['messages'] = page.messages;
    pieces.unshift(more.slice(0, Math.max(0, wanted - same)).map((ref) => itemAt(ref, here, pages)));
    [at, wanted] = [like, Math.min(same, wanted)];
  }
  return pieces.flat();
}

function itemAt(ref: ItemRef, content: Commitment, pages: Pages): Shown {
  const [of, place] = typeof ref === 'number' ? [content, ref] : split(ref);
  const page = pages.get(of);
  if (page === undefined) return { gap: 'missing' };
  if ('gap' in page) return page;
  const value = page.items[place];
  return value === undefined ? { gap: 'altered' } : { value };
}

function split(ref: string): [Commitment, number] {
  const at = ref.indexOf('/');
  return [ref.slice(0, at) as Commitment, Number(ref.slice(at + 1))];
}
