import { canonicalJson } from '../../audit/canonical-json.ts';
import { encodeEntry } from '../../audit/entry.ts';
import { type CompactRange, extend, leafHash } from '../../audit/merkle.ts';
import type { Claim, Entry, NewEvent, Signal } from '../../domain/journal.ts';
import type { Journal } from '../../ports/journal.ts';
import {
  assertLeased,
  type ClaimWish,
  endLease,
  extendLease,
  setSchedule,
  takeDue,
  voidLeases,
  wake,
} from './leases.ts';
import type { Moment } from './moment.ts';
import { query, type Tables } from './queries.ts';
import type { JournalReader } from './reader.ts';
import type { Sqlite } from './sqlite.ts';

export type Write = Parameters<Journal['append']>[0];

/** In the order of the parameters of insertEntry. */
const entryColumns = ['index', 'at', 'type', 'change', 'actor', 'data', 'leaf_hash'] as const;

// The two statements of every append are compiled once: compiling costs more than running them.
const insertEntry = query
  .insertInto('entries')
  .columns(entryColumns)
  .values({ index: 0, at: '', type: '', change: null, actor: '', data: '', leaf_hash: Buffer.of() })
  .compile().sql;
const updateTree = query.updateTable('tree').set({ size: 0, hashes: Buffer.of() }).compile().sql;

/** Everything that writes: each method is one transaction, durable when it returns. */
export class JournalWriter {
  readonly #sqlite: Sqlite;
  readonly #reader: JournalReader;
  readonly #clock: () => Moment;

  constructor(sqlite: Sqlite, reader: JournalReader, clock: () => Moment) {
    this.#sqlite = sqlite;
    this.#reader = reader;
    this.#clock = clock;
  }

  append(write: Write): readonly Entry[] {
    return this.#transact((moment) => {
      if (write.claim) assertLeased(this.#sqlite, moment, write.claim);
      if (write.once !== undefined && !this.#first(write.once)) return [];
      const entries = this.#insert(write.events, moment);
      for (const signal of write.consumes ?? []) this.#consume(signal);
      if (write.schedule) this.#schedule(write.schedule, write.claim, moment);
      return entries;
    });
  }

  claim(wish: ClaimWish): Claim | undefined {
    return this.#transact((moment) => takeDue(this.#sqlite, moment, wish));
  }

  renew(claim: Claim, leaseMs: number): void {
    this.#transact((moment) => extendLease(this.#sqlite, moment, claim, leaseMs));
  }

  takeOver(): number {
    return this.#transact(() => voidLeases(this.#sqlite));
  }

  release(claim: Claim): void {
    this.#transact(() => endLease(this.#sqlite, claim));
  }

  signal(signal: Signal): boolean {
    return this.#transact((moment) => {
      const { change, key, name, actor, data } = signal;
      const row = { change, key, name, actor, data: canonicalJson(data), consumed_at: null };
      const insert = query.insertInto('signals').values({ ...row, sequence: this.#nextSignal() });
      if (this.#sqlite.run(insert.onConflict((conflict) => conflict.doNothing()).compile()) === 0)
        return false;
      this.#insert([{ type: 'signal.received', change, actor, data: { name, key, data } }], moment);
      wake(this.#sqlite, moment, change);
      return true;
    });
  }

  /** The clocks are read once the write lock is held: waiting for it may take as long as a lease. */
  #transact<T>(work: (moment: Moment) => T): T {
    return this.#sqlite.transact(() => work(this.#clock()));
  }

  #insert(events: readonly NewEvent[], moment: Moment): readonly Entry[] {
    if (events.length === 0) return [];
    const tree = this.#reader.tree();
    const entries = events.map((event, at) => toEntry(event, tree.size + at, moment));
    const rows = entries.map(rowOf);
    for (const row of rows)
      this.#sqlite.run({ sql: insertEntry, parameters: entryColumns.map((name) => row[name]) });
    this.#setTree(
      extend(
        tree,
        rows.map((row) => row.leaf_hash),
      ),
    );
    return entries;
  }

  #setTree({ size, hashes }: CompactRange): void {
    this.#sqlite.run({ sql: updateTree, parameters: [size, Buffer.concat(hashes)] });
  }

  #schedule(
    { change, next }: NonNullable<Write['schedule']>,
    claim: Claim | undefined,
    moment: Moment,
  ): void {
    setSchedule(this.#sqlite, moment, change, next);
    // A claim is the right to one stage call: saying when the next one comes ends it.
    if (claim?.change === change) endLease(this.#sqlite, claim);
  }

  #consume({ change, key }: { change: string; key: string }): void {
    const taken = this.#sqlite.run(
      query
        .updateTable('signals')
        .set({ consumed_at: this.#reader.tree().size })
        .where('change', '=', change)
        .where('key', '=', key)
        .where('consumed_at', 'is', null)
        .compile(),
    );
    if (taken === 0)
      throw new Error(`the signal ${key} of ${change} is not pending: it can be taken in only once`);
  }

  #first(key: string): boolean {
    const row = { key, written_at: this.#reader.tree().size };
    const insert = query
      .insertInto('once')
      .values(row)
      .onConflict((conflict) => conflict.doNothing());
    return this.#sqlite.run(insert.compile()) === 1;
  }

  #nextSignal(): number {
    const newest = query.selectFrom('signals').select('sequence').orderBy('sequence', 'desc').limit(1);
    const [row] = this.#sqlite.all(newest.compile());
    return typeof row?.sequence === 'number' ? row.sequence + 1 : 1;
  }
}

function toEntry(event: NewEvent, index: number, moment: Moment): Entry {
  const { type, change, actor, data } = event;
  return {
    index,
    at: moment.now.toISOString(),
    type,
    ...(change === undefined ? {} : { change }),
    actor,
    data,
  };
}

function rowOf(entry: Entry): Tables['entries'] {
  return {
    index: entry.index,
    at: entry.at,
    type: entry.type,
    change: entry.change ?? null,
    actor: entry.actor,
    data: canonicalJson(entry.data),
    leaf_hash: leafHash(encodeEntry(entry)),
  };
}
