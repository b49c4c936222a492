import { existsSync } from 'node:fs';
import type { CompactRange } from '../../audit/merkle.ts';
import type { ChangeId } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { Claim, Entry, Signal } from '../../domain/journal.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Journal, Outbox } from '../../ports/journal.ts';
import { exclusively } from './exclusively.ts';
import { KernelLock } from './kernel-lock.ts';
import { assertReadable, migrate } from './migrations.ts';
import { momentOf, readBootId } from './moment.ts';
import { JournalReader } from './reader.ts';
import type { Leaf } from './rows.ts';
import { Sqlite } from './sqlite.ts';
import type { JournalWriter, Write } from './writer.ts';

export type StoreOptions = {
  readonly file: string;
  readonly clock: Clock;
  /** `read` never migrates and never writes; it starts some 200 ms sooner, because it does not import the query builder. */
  readonly mode: 'write' | 'read';
  /** Only for tests: what the machine says of itself otherwise. */
  readonly bootId?: string;
};

/** The journal and the outbox in one SQLite file. Several processes may have it open, for writing too. */
export class SqliteStore implements Journal, Outbox {
  readonly #sqlite: Sqlite;
  readonly #reader: JournalReader;
  readonly #writer: JournalWriter | undefined;

  constructor(sqlite: Sqlite, reader: JournalReader, writer: JournalWriter | undefined) {
    this.#sqlite = sqlite;
    this.#reader = reader;
    this.#writer = writer;
  }

  async append(write: Write): Promise<readonly Entry[]> {
    return this.#writing().append(write);
  }

  async read(range: Parameters<Journal['read']>[0] = {}): Promise<readonly Entry[]> {
    return this.#reader.entries(range);
  }

  async size(): Promise<number> {
    return this.#reader.tree().size;
  }

  async claim(holder: string, leaseMs: number, passOver?: ReadonlySet<ChangeId>): Promise<Claim | undefined> {
    return this.#writing().claim({ holder, leaseMs, passOver });
  }

  async renew(claim: Claim, leaseMs: number): Promise<void> {
    this.#writing().renew(claim, leaseMs);
  }

  async takeOver(): Promise<number> {
    return this.#writing().takeOver();
  }

  async release(claim: Claim): Promise<void> {
    this.#writing().release(claim);
  }

  async signal(signal: Signal): Promise<boolean> {
    return this.#writing().signal(signal);
  }

  async pending(change: ChangeId): Promise<readonly Signal[]> {
    return this.#reader.pending(change);
  }

  /** The audit tree over all that is journalled. */
  async tree(): Promise<CompactRange> {
    return this.#reader.tree();
  }

  /** The leaves `from` (inclusive) to `to` (exclusive). */
  async leaves(from: number, to: number): Promise<readonly Leaf[]> {
    return this.#reader.leaves(from, to);
  }

  /** Runs `work` while no other process does so under this name. Throws AutolandError `journal.locked` after 30 s. */
  async exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
    return exclusively(this.#lockOf(name), work);
  }

  /** Whether some process runs `exclusively` under this name now. */
  async isBusy(name: string): Promise<boolean> {
    const lock = KernelLock.tryTake(this.#lockOf(name));
    lock?.free();
    return lock === undefined;
  }

  close(): void {
    this.#sqlite.close();
  }

  #lockOf(name: string): string {
    return `${this.#sqlite.file}.${name}.lock`;
  }

  #writing(): JournalWriter {
    if (this.#writer === undefined) throw new Error('this store was opened for reading');
    return this.#writer;
  }
}

/**
 * Opens (for writing: creates, migrates) a journal. Throws AutolandError `journal.missing` when there is nothing to read,
 * `journal.schema` for a schema of another version, `journal.corrupt` for a file that is no journal.
 */
export async function openStore(options: StoreOptions): Promise<SqliteStore> {
  const { file, clock, mode, bootId = readBootId() } = options;
  if (mode === 'read' && !existsSync(file)) throw missing(file);
  const sqlite = new Sqlite(file, mode);
  try {
    if (mode === 'read') assertReadable(sqlite);
    else migrate(sqlite);
    const reader = new JournalReader(sqlite);
    if (mode === 'read') return new SqliteStore(sqlite, reader, undefined);
    const { JournalWriter } = await import('./writer.ts');
    return new SqliteStore(sqlite, reader, new JournalWriter(sqlite, reader, () => momentOf(clock, bootId)));
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

function missing(file: string): AutolandError {
  return new AutolandError('journal.missing', `expected a journal in ${file}, found no such file`, {
    mend: 'start `autoland up` once, or name the state directory that holds it',
  });
}
