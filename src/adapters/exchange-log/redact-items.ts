import type { SourceText } from '../../domain/capabilities.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { Redacted } from '../../domain/secrets.ts';
import type { Redactor } from '../../ports/redactor.ts';
import type { Item } from './items.ts';

export type RedactedItem = {
  readonly value: Json;
  readonly redactions: readonly { readonly place: string; readonly rule: string; readonly line: number }[];
};

/** The rules look at names such as `DB_PASSWORD=…` in files of settings only. */
const path = 'said.env';
/** No credential is shorter. */
const leastLength = 6;
const longestKey = 100;

/**
 * The same items without credentials, in the same order. Rejects with `recording.not-scanned` where one could not be looked through:
 * it may hold one, and what a hostile text can keep out of the record it would.
 */
export async function redactItems(
  redactor: Redactor,
  items: readonly Item[],
): Promise<readonly RedactedItem[]> {
  const texts: SourceText[] = [];
  const ids = items.map((item) => collect(item.value, texts));
  const answers = await redactor.redact(texts);
  return items.map((item, at) => {
    const redactions: Redacted['redactions'][number][] = [];
    const take = (id: string, text: string, prefix: string): string => {
      const redacted = answers.get(id);
      if (redacted === undefined) throw notScanned(item.place);
      redactions.push(...redacted.redactions);
      if (redacted.redactions.length === 0) return text;
      return redacted.text.startsWith(prefix) ? redacted.text.slice(prefix.length) : redacted.text;
    };
    const value = replace(item.value, ids[at] ?? new Map(), take);
    return { value, redactions: redactions.map((one) => ({ place: item.place, ...one })) };
  });
}

/** A text beside its key: what a value is can often be told by its name alone. */
type Leaf = { readonly text: string; readonly prefix: string };
type Ids = ReadonlyMap<string, string>;

function collect(value: Json, texts: SourceText[]): Ids {
  const ids = new Map<string, string>();
  eachText(value, '', (leaf) => {
    const name = nameOf(leaf);
    if (leaf.text.length < leastLength || ids.has(name)) return;
    const id = String(texts.length);
    ids.set(name, id);
    texts.push({ id, path, text: leaf.prefix + leaf.text });
  });
  return ids;
}

const nameOf = ({ prefix, text }: Leaf) => JSON.stringify([prefix, text]);
const prefixOf = (key: string) => (key.length > longestKey ? '' : `${key}: `);

function eachText(value: Json, prefix: string, take: (leaf: Leaf) => void): void {
  if (typeof value === 'string') take({ text: value, prefix });
  else if (Array.isArray(value)) for (const inner of value) eachText(inner, prefix, take);
  else if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) {
      take({ text: key, prefix: '' });
      eachText(inner, prefixOf(key), take);
    }
}

type Take = (id: string, text: string, prefix: string) => string;

function replace(value: Json, ids: Ids, take: Take, prefix = ''): Json {
  if (typeof value === 'string') return replaceText({ text: value, prefix }, ids, take);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((inner: Json) => replace(inner, ids, take, prefix));
  const made: Record<string, Json> = {};
  for (const [key, inner] of Object.entries(value)) {
    const name = replaceText({ text: key, prefix: '' }, ids, take);
    // Two keys may be one without their credentials.
    const free = Object.hasOwn(made, name) ? `${name} ${Object.keys(made).length}` : name;
    Object.defineProperty(made, free, {
      value: replace(inner, ids, take, prefixOf(key)),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return made;
}

function replaceText(leaf: Leaf, ids: Ids, take: Take): string {
  const id = ids.get(nameOf(leaf));
  return id === undefined ? leaf.text : take(id, leaf.text, leaf.prefix);
}

function notScanned(place: string): AutolandError {
  return new AutolandError(
    'recording.not-scanned',
    `expected to look through what was said for credentials, found that ${place} could not be read`,
    { mend: 'it is not recorded, so it does not count as said; ask again, with less at a time' },
  );
}
