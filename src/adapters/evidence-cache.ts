import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, FileTextCache } from './text-cache.ts';

type Kept = { readonly at: number; readonly evidence: unknown };

/** As old as a decision may be: what tests say may also depend on the day. */
const mostMs = 24 * 60 * 60 * 1000;
const limits = { entries: 100, bytes: 64 * 1024 * 1024 };
const sourcesOf = ['test-runner', 'recorder', 'replayer', 'tracer', 'mutation', 'sandbox', 'api'];

/**
 * Answers to questions about a base, which no change that stands on it can alter, or about texts that are part of the question. Whoever asks MUST put into the question all
 * that decides the answer, and keeps only what a flake or the machine cannot have made.
 */
export class EvidenceCache {
  readonly #texts: FileTextCache;
  #sources: Promise<string> | undefined;

  /** `directory` MUST lie where neither a sandbox nor a change under test can write: what is in it is believed. */
  constructor(directory: string) {
    this.#texts = new FileTextCache(directory, limits);
  }

  /** undefined: not known, or a day old. Evidence is of the type that was put under an equal question. */
  async get<Evidence>(question: object): Promise<Evidence | undefined> {
    const text = await this.#textOf(question);
    return text === undefined ? undefined : (restored((JSON.parse(text) as Kept).evidence) as Evidence);
  }

  /** Whether `get` would answer, without reading what it would say. */
  async has(question: object): Promise<boolean> {
    return (await this.#textOf(question)) !== undefined;
  }

  async #textOf(question: object): Promise<string | undefined> {
    const text = await this.#texts.get(await this.#keyOf(question));
    const [, at] = /^\{"at":(\d+),/.exec(text ?? '') ?? [];
    const age = Date.now() - Number(at);
    return age >= 0 && age < mostMs ? text : undefined;
  }

  /** `evidence`: plain data and Maps of them. */
  async put(question: object, evidence: unknown): Promise<void> {
    const kept: Kept = { at: Date.now(), evidence };
    await this.#texts.put(await this.#keyOf(question), JSON.stringify(kept, flatten));
  }

  async #keyOf(question: object): Promise<string> {
    this.#sources ??= sourcesDigest();
    return digestOf(JSON.stringify([await this.#sources, question]));
  }
}

/** Another version of what runs and watches tests, or reads, makes other evidence. */
async function sourcesDigest(): Promise<string> {
  const digests: string[] = [];
  for (const folder of sourcesOf) {
    const directory = join(import.meta.dirname, folder);
    for (const path of (await readdir(directory, { recursive: true })).sort())
      if (/\.[jt]s$/.test(path)) digests.push(digestOf(await readFile(join(directory, path), 'utf8')));
  }
  return digestOf(digests.join());
}

const entriesOf = 'entries of a Map';

function flatten(_key: string, value: unknown): unknown {
  return value instanceof Map ? { [entriesOf]: [...value] } : value;
}

/** In place: to be asked about each value while it parses takes `JSON.parse` ten times as long. */
function restored(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const [key, each] of Object.entries(value)) {
    const inner = restored(each);
    if (inner !== each) Object.defineProperty(value, key, { value: inner });
  }
  if (!Object.hasOwn(value, entriesOf)) return value;
  return new Map((value as Record<typeof entriesOf, [unknown, unknown][]>)[entriesOf]);
}
