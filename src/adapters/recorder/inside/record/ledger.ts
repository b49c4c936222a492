import { types } from 'node:util';
import type { Crossing, Loaded } from '../handler.ts';
import { short, type Told } from './digest.ts';
import type { RecordWriter } from './writer.ts';

const mostKeys = 20_000;
const mostTimes = 200;
const mostOutcomes = 30;
const mostExports = 1000;
const mostPath = 300;
/** What messages are under, in the place of a package: no package has such a name. */
const wire = 'HTTP';
/** Of a function itself, and of a compiler. */
const ownNames = new Set(['length', 'name', 'prototype', 'arguments', 'caller', '__esModule']);

/** One call with one set of arguments: what it was seen to do, each outcome once. */
export type Entry = {
  readonly key: string;
  /** How often it was met. */
  times: number;
  add(facet: string, kind: string, told: Told): void;
};

/** Bounded whatever the client does: keys, times that one is looked at, and outcomes are each counted. */
export class Ledger {
  readonly #writer: RecordWriter;
  readonly #entries = new Map<string, Entry>();
  readonly #keys = new WeakMap<Crossing, string>();
  readonly #exported = new Map<string, Set<string>>();
  #full = false;

  constructor(writer: RecordWriter) {
    this.#writer = writer;
  }

  loaded({ package: name, version, by }: Loaded): void {
    this.#writer.write({ t: 'load', package: name, version: version ?? null, by: by ?? null });
  }

  load(name: string): Entry | undefined {
    return this.#entry(short(`load ${name}`), { package: name, path: `require("${name}")`, args: '' });
  }

  /** Names alone: values are looked at when a client asks for them. */
  exported(name: string, exports: object): void {
    const known = this.#exported.get(name) ?? new Set();
    this.#exported.set(name, known);
    for (const key of namesIn(exports)) {
      if (known.has(key)) continue;
      known.add(key);
      const path = `${name}.${key}`.slice(0, mostPath);
      const entry = this.#entry(short(`export ${name} ${key}`), { package: name, path, args: '' });
      entry?.add('export', 'export', { type: 'export', digest: '', shown: 'exported' });
    }
  }

  /** `args`: as shown; `digest`: as compared. undefined: a bound is reached. */
  enter(crossing: Crossing, args: string, digest = ''): Entry | undefined {
    const { package: name, path, kind, from } = crossing;
    const before = from === undefined ? '' : (this.#keys.get(from) ?? '');
    const key = short([name, path, kind, before, digest].join('\0'));
    this.#keys.set(crossing, key);
    const shown = kind === 'construct' ? `new ${path}` : path;
    const entry = this.#entry(key, {
      package: name,
      path: shown.slice(0, mostPath),
      args: args.slice(0, 300),
    });
    if (entry === undefined || entry.times >= mostTimes) return undefined;
    entry.times++;
    return entry;
  }

  /** `name`: of a message that this process has sent. */
  message(name: string): Entry | undefined {
    const entry = this.#entry(short(`message ${name}`), {
      package: wire,
      path: name.slice(0, mostPath),
      args: '',
    });
    if (entry === undefined || entry.times >= mostTimes) return undefined;
    entry.times++;
    return entry;
  }

  #entry(key: string, call: { package: string; path: string; args: string }): Entry | undefined {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    if (this.#entries.size >= mostKeys) {
      if (!this.#full) this.#writer.write({ t: 'gap', why: 'too-many' });
      this.#full = true;
      return undefined;
    }
    const entry = newEntry(key, this.#writer);
    this.#entries.set(key, entry);
    this.#writer.write({ t: 'call', key, ...call });
    return entry;
  }
}

/** Runs no code of the exports. */
function namesIn(exports: object): readonly string[] {
  if (types.isProxy(exports)) return [];
  const names = Reflect.ownKeys(exports).slice(0, mostExports);
  return names.filter((key) => typeof key === 'string' && !ownNames.has(key)) as string[];
}

function newEntry(key: string, writer: RecordWriter): Entry {
  const seen = new Map<string, Set<string>>();
  const add: Entry['add'] = (facet, kind, { type, digest, shown }) => {
    const outcomes = seen.get(facet) ?? new Set();
    seen.set(facet, outcomes);
    const id = `${kind} ${type} ${digest}`;
    if (outcomes.has(id) || outcomes.size > mostOutcomes) return;
    outcomes.add(id);
    const outcome =
      outcomes.size > mostOutcomes
        ? { kind: 'more', type: '', digest: '', shown: '…' }
        : { kind, type, digest, shown };
    writer.write({ t: 'outcome', key, facet, ...outcome });
  };
  return { key, times: 0, add };
}
