import { LRUCache } from 'lru-cache';
import { canonicalJson } from '../../audit/canonical-json.ts';
import { type BlobOwner, type Commitment, isCommitment } from '../../domain/blob.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { NewEvent } from '../../domain/journal.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { ModelExchange } from '../../domain/model.ts';
import { ownerOf, type Page, type RecordedFor, readPage, type ToolCall } from '../../domain/recording.ts';
import type { BlobStore } from '../../ports/blob-store.ts';
import type { Journal } from '../../ports/journal.ts';
import type { ExchangeLog } from '../../ports/model.ts';
import type { Redactor } from '../../ports/redactor.ts';
import type { SpanSink } from '../../ports/span-sink.ts';
import type { ToolLog } from '../../ports/tool-log.ts';
import { exchangeData, toolCallData } from './entries.ts';
import { exchangeItems, type Item, toolCallItems } from './items.ts';
import { KnownPages } from './known-pages.ts';
import { exchangePage, PageDraft, reasonOf, toolCallPage } from './page-draft.ts';
import { type RedactedItem, redactItems } from './redact-items.ts';

export type RecorderParts = {
  readonly journal: Pick<Journal, 'append' | 'read'>;
  readonly blobs: BlobStore;
  readonly redactor: Redactor;
  /** One writer of blobs at a time, of all processes. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
  /** What all blobs of one owner may take. Where it cannot be told, nothing is kept. */
  readonly mostBytes: () => Promise<number>;
  /** undefined: nobody traces. */
  readonly spans?: SpanSink | undefined;
};

/** What is to be kept: its items, and what is made of them once they hold no credentials. */
type Recording = {
  readonly items: readonly Item[];
  /** Short ones that stand in the entry or the page itself. Looked through each time: an item that is known stays where it is. */
  readonly texts: readonly string[];
  readonly page: (draft: PageDraft, clean: Clean) => Page;
  readonly data: (clean: Clean) => JsonObject;
  readonly type: 'model.asked' | 'tool.called';
};
/** One of the texts, without credentials. */
type Clean = (text: string) => string;

/** What encryption and encoding add, generously. */
const grows = 1.4;
/** Owners whose conversations go on: more of them are read from the disk again. */
const mostOwners = 64;

/** Redacts, keeps the content as a blob, then names it in the journal; nothing is answered before both are on the disk. */
export class ExchangeRecorder {
  readonly #parts: RecorderParts;
  readonly #known = new LRUCache<BlobOwner, KnownPages>({ max: mostOwners });

  constructor(parts: RecorderParts) {
    this.#parts = parts;
  }

  /** Throws TypeError for a subject whose name cannot be a path. */
  of(subject: RecordedFor): ExchangeLog & ToolLog {
    const owner = ownerOf(subject);
    return {
      record: async (exchange) => this.#keep(owner, subject, exchangeRecording(exchange)),
      recordCall: async (call) => this.#keep(owner, subject, toolCallRecording(call)),
    };
  }

  async #keep(owner: BlobOwner, subject: RecordedFor, recording: Recording): Promise<void> {
    const { exclusively, redactor } = this.#parts;
    const texts = recording.texts.map((text) => ({ place: 'entry', value: text.toWellFormed() }));
    const before = await exclusively(() => this.#knownOf(owner));
    const unknown = recording.items.filter(({ value }) => !before.hasRaw(before.digest(value)));
    // It takes a moment, and nobody has to wait for it.
    const redacted = await redactItems(redactor, [...texts, ...unknown]);
    const cleanTexts = new Map(texts.map(({ value }, at) => [value, redacted[at]]));
    const pairs = unknown.map((item, at) => [item, redacted[texts.length + at]] as const);
    await exclusively(async () => {
      const known = await this.#knownOf(owner);
      const clean = new Map(pairs.map(([{ value }, one]) => [known.digest(value), one as RedactedItem]));
      await this.#cleanMore(recording.items, known, clean);
      await this.#write({ owner, subject, recording, known, clean, cleanTexts });
    });
  }

  /** What was known a moment ago and has been erased since. */
  async #cleanMore(
    items: readonly Item[],
    known: KnownPages,
    clean: Map<string, RedactedItem>,
  ): Promise<void> {
    const isMissing = (digest: string) => !known.hasRaw(digest) && !clean.has(digest);
    const missing = items.filter(({ value }) => isMissing(known.digest(value)));
    const redacted = await redactItems(this.#parts.redactor, missing);
    for (const [at, { value }] of missing.entries())
      clean.set(known.digest(value), redacted[at] as RedactedItem);
  }

  async #write({ owner, subject, recording, known, clean, cleanTexts }: Writing): Promise<void> {
    const { blobs, journal, spans } = this.#parts;
    const mostBytes = await this.#parts.mostBytes();
    const cleanText: Clean = (text) => {
      const item = cleanTexts.get(text.toWellFormed());
      if (item === undefined) throw new Error('a text that nobody looked through');
      return String(item.value);
    };
    const draft = new PageDraft(known, clean);
    const page = recording.page(draft, cleanText);
    const bytes = Buffer.from(canonicalJson(page as Json));
    const taken = (await blobs.size(owner)) + bytes.length * grows;
    if (taken > mostBytes) throw overBudget(owner, Math.ceil(taken), mostBytes);
    const content = await blobs.put(owner, bytes);
    const redactions = [...cleanTexts.values(), ...clean.values()].flatMap((item) => item?.redactions ?? []);
    const data = { ...recording.data(cleanText), bytes: bytes.length, redacted: told(redactions) };
    const event = eventOf(subject, recording.type, { owner, content, ...data });
    await journal.append({ events: [event] });
    known.learn(page, content, draft.refs);
    spans?.take(event);
  }

  async #knownOf(owner: BlobOwner): Promise<KnownPages> {
    const present = await this.#parts.blobs.list(owner);
    const known = this.#known.get(owner) ?? (await this.#load(owner, present));
    known.forgetAllBut(new Set(present));
    this.#known.set(owner, known);
    return known;
  }

  /**
   * What a process before this one has kept. A blob that no entry names will be collected, and what does not open is nothing that
   * could be referred to.
   */
  async #load(owner: BlobOwner, present: readonly Commitment[]): Promise<KnownPages> {
    const known = new KnownPages();
    if (present.length === 0) return known;
    const { journal, blobs } = this.#parts;
    const change = owner.startsWith('chg_') ? { change: owner } : {};
    const there = new Set<unknown>(present);
    for (const { data } of await journal.read({ types: ['model.asked', 'tool.called'], ...change })) {
      const { content } = data;
      if (data.owner !== owner || !there.has(content) || !isCommitment(content)) continue;
      const bytes = await blobs.get(owner, content).catch(unlessCorrupt);
      const page = bytes && readPage(bytes);
      if (page !== undefined) known.learn(page, content, new Map());
    }
    return known;
  }
}

type Writing = {
  readonly owner: BlobOwner;
  readonly subject: RecordedFor;
  readonly recording: Recording;
  readonly known: KnownPages;
  readonly clean: ReadonlyMap<string, RedactedItem>;
  readonly cleanTexts: ReadonlyMap<string, RedactedItem | undefined>;
};

function exchangeRecording(exchange: ModelExchange): Recording {
  const items = exchangeItems(exchange);
  const { system, tools, schema, messages, reply } = items;
  const reason = reasonOf(exchange);
  const answeredBy = exchange.reply.kind === 'answer' ? [exchange.reply.answeredBy] : [];
  return {
    type: 'model.asked',
    items: [system, tools, ...(schema ? [schema] : []), ...messages, ...(reply ? [reply] : [])],
    texts: reason === null ? answeredBy : [reason],
    page: (draft, clean) => exchangePage(draft, items, reason === null ? null : clean(reason)),
    data: (clean) => exchangeData(exchange, clean),
  };
}

function toolCallRecording(call: ToolCall): Recording {
  const items = toolCallItems(call);
  return {
    type: 'tool.called',
    items: [items.input, items.result, ...(items.told ?? [])],
    texts: [call.tool, ...(call.id === undefined ? [] : [call.id])],
    page: (draft) => toolCallPage(draft, items),
    data: (clean) => toolCallData(call, clean),
  };
}

function eventOf(subject: RecordedFor, type: string, data: JsonObject): NewEvent {
  const { role } = subject;
  const whose = 'change' in subject ? {} : { task: subject.task };
  const event = { type, actor: 'recorder', data: { role, ...whose, ...data } };
  return 'change' in subject ? { ...event, change: subject.change } : event;
}

/** In an entry, which is bounded. */
const mostPlaces = 20;

function told(redactions: RedactedItem['redactions']): JsonObject {
  return { count: redactions.length, places: redactions.slice(0, mostPlaces) };
}

function unlessCorrupt(thrown: unknown): undefined {
  if (!(thrown instanceof AutolandError) || thrown.code !== 'blob.corrupt') throw thrown;
}

function overBudget(owner: BlobOwner, bytes: number, most: number): AutolandError {
  return new AutolandError(
    'recording.over-budget',
    `expected at most ${most} bytes of what is said about ${owner}, found ${bytes}`,
    { mend: 'what is not recorded is not said: hand the change in by hand, or let the agent begin anew' },
  );
}
