import { createHmac, randomBytes } from 'node:crypto';
import { canonicalJson } from '../../audit/canonical-json.ts';
import type { Commitment } from '../../domain/blob.ts';
import type { Json } from '../../domain/json.ts';
import type { ItemRef, MessageRefs, Page } from '../../domain/recording.ts';
import type { RedactedItem } from './redact-items.ts';

/** Lists of messages that a next request may go on from: a panel and some agents at once. */
const mostLists = 32;

type MessageList = { readonly page: Commitment; readonly refs: readonly string[] };

/**
 * What of one owner is kept already, so that each item is kept once: as it came, by digest under a key of this process, and as it was
 * kept. It lives in memory alone: on the disk such digests would confirm guesses.
 */
export class KnownPages {
  readonly #key = randomBytes(32);
  readonly #raw = new Map<string, string>();
  readonly #kept = new Map<string, string>();
  #lists: readonly MessageList[] = [];

  digest(value: Json): string {
    return createHmac('sha256', this.#key).update(canonicalJson(value)).digest('base64url');
  }

  hasRaw(digest: string): boolean {
    return this.#raw.has(digest);
  }

  /** By the item as it came, or else as it is kept. */
  find(raw: string, redacted: RedactedItem | undefined): string | undefined {
    return this.#raw.get(raw) ?? (redacted && this.#kept.get(this.digest(redacted.value)));
  }

  /** The list that begins as these messages do, as far as one does. */
  longest(refs: readonly (string | undefined)[]): MessageRefs {
    let best: MessageRefs = { like: null, same: 0, more: [] };
    for (const { page, refs: known } of this.#lists) {
      const differs = known.findIndex((ref, at) => ref !== refs[at]);
      const same = differs === -1 ? known.length : differs;
      if (same > best.same) best = { like: page, same, more: [] };
    }
    return best;
  }

  /** After its blob is written and named. `raw`: digest of each item as it came. */
  learn(page: Page, commitment: Commitment, raw: ReadonlyMap<string, ItemRef>): void {
    const refs = page.items.map((_, at) => `${commitment}/${at}`);
    for (const [at, item] of page.items.entries()) this.#kept.set(this.digest(item), refs[at] ?? '');
    for (const [digest, ref] of raw) this.#raw.set(digest, typeof ref === 'number' ? (refs[ref] ?? '') : ref);
    if (page.kind === 'exchange') this.#learnMessages(page.messages, commitment);
  }

  /** What was erased, or is gone, is kept anew when it comes again. */
  forgetAllBut(present: ReadonlySet<Commitment>): void {
    const isGone = (ref: string) => !present.has(ref.slice(0, ref.indexOf('/')) as Commitment);
    for (const map of [this.#raw, this.#kept])
      for (const [digest, ref] of map) if (isGone(ref)) map.delete(digest);
    this.#lists = this.#lists.filter(({ page, refs }) => present.has(page) && !refs.some(isGone));
  }

  #learnMessages({ like, same, more }: MessageRefs, page: Commitment): void {
    const before = this.#lists.find((list) => list.page === like)?.refs.slice(0, same) ?? [];
    if (before.length < same) return;
    const refs = [...before, ...more.map((ref) => (typeof ref === 'number' ? `${page}/${ref}` : ref))];
    this.#lists = [{ page, refs }, ...this.#lists].slice(0, mostLists);
  }
}
