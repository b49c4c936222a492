import { readdir } from 'node:fs/promises';
import type { Behaviour, LoadedPackage, Outcome, SeenCall } from '../../domain/behaviour.ts';
import { isRecord, type JsonRecord } from '../../domain/npm/hostile-json.ts';
import { type RecordedCall, readCall } from '../../domain/recorded-call.ts';
import { readOutputFile } from '../sandbox/read-output-file.ts';

const mostFiles = 500;
const mostFileBytes = 20 * 1024 * 1024;
const mostBytes = 128 * 1024 * 1024;
const mostLine = 16 * 1024;
const mostCalls = 50_000;
const mostOutcomes = 200;
const mostLoads = 2000;
const mostInputs = 400;

/**
 * What the processes of a test run left in `directory`. Code of the packages ran in those: what cannot be read is a gap, never
 * an error, and nothing is followed or believed beyond its bounds.
 */
export async function readRecords(directory: string): Promise<Behaviour> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter(({ name }) => name.endsWith('.jsonl')).map(({ name }) => name);
  const reading = new Reading();
  if (names.length > mostFiles) reading.gap('too-many-files');
  let left = mostBytes;
  for (const name of names.sort((a, b) => (a < b ? -1 : 1)).slice(0, mostFiles)) {
    const bytes = await readOutputFile(directory, name, Math.min(mostFileBytes, left)).catch(() => undefined);
    if (bytes === undefined) reading.gap('unreadable');
    else reading.text(bytes.toString('utf8'));
    left = Math.max(0, left - (bytes?.length ?? 0));
  }
  return reading.done();
}

type Facets = Map<string, Map<string, Outcome>>;

class Reading {
  readonly #loads = new Map<string, LoadedPackage>();
  readonly #calls = new Map<string, { call: Omit<SeenCall, 'facets'>; facets: Facets }>();
  readonly #gaps = new Set<string>();
  readonly #inputs = new Map<string, RecordedCall>();

  gap(why: string): void {
    this.#gaps.add(why);
  }

  text(text: string): void {
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const record = line.length > mostLine ? undefined : parse(line);
      if (record?.t === 'input') this.#takeInput(line);
      else if (record === undefined || !this.#take(record)) this.gap('unreadable');
    }
  }

  done(): Behaviour {
    const calls = new Map<string, SeenCall>();
    for (const [key, { call, facets }] of this.#calls) {
      const seen = [...facets].map(([facet, outcomes]) => [facet, [...outcomes.values()]] as const);
      calls.set(key, { ...call, facets: new Map(seen) });
    }
    const inputs = [...this.#inputs.values()];
    return { loads: [...this.#loads.values()], calls, gaps: [...this.#gaps], inputs };
  }

  /** One too few is no gap: others like it are only tried. */
  #takeInput(line: string): void {
    if (this.#inputs.size >= mostInputs) return;
    const call = readCall(line);
    if (call !== undefined) this.#inputs.set(JSON.stringify(call), call);
  }

  /** Answers whether it is a record. */
  #take(record: JsonRecord): boolean {
    if (record.t === 'call') return this.#takeCall(record);
    if (record.t === 'outcome') return this.#takeOutcome(record);
    if (record.t === 'load') return this.#takeLoad(record);
    if (record.t !== 'gap' || !isText(record.why)) return false;
    this.gap(record.why.slice(0, 40));
    return true;
  }

  #takeCall({ key, package: name, path, args }: JsonRecord): boolean {
    if (!isKey(key) || !isText(name) || !isText(path) || !isText(args)) return false;
    if (this.#calls.has(key)) return true;
    if (this.#calls.size >= mostCalls) return false;
    this.#calls.set(key, { call: { package: name, path, args }, facets: new Map() });
    return true;
  }

  #takeOutcome({ key, facet, kind, type, digest, shown }: JsonRecord): boolean {
    const facets = isKey(key) ? this.#calls.get(key)?.facets : undefined;
    if (facets === undefined || !isText(facet) || !isText(kind)) return false;
    if (!isText(type) || !isText(digest) || !isText(shown)) return false;
    const outcomes = facets.get(facet) ?? new Map<string, Outcome>();
    if (facets.size >= mostOutcomes && !facets.has(facet)) return false;
    facets.set(facet, outcomes);
    if (outcomes.size >= mostOutcomes) return false;
    outcomes.set(`${kind}\0${type}\0${digest}`, { kind, type, digest, shown });
    return true;
  }

  #takeLoad({ package: name, version, by }: JsonRecord): boolean {
    if (!isText(name) || (version !== null && !isText(version)) || (by !== null && !isText(by))) return false;
    if (this.#loads.size >= mostLoads) return false;
    this.#loads.set(`${name}\0${by}\0${version}`, {
      package: name,
      version: version ?? undefined,
      by: by ?? undefined,
    });
    return true;
  }
}

function parse(line: string): JsonRecord | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 2000;
}

function isKey(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{16}$/.test(value);
}
