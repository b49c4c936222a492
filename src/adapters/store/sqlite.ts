import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { explainSqlite } from './sqlite-errors.ts';

/** How long a write waits for other processes' writes, in milliseconds. */
const busyTimeout = 5000;
const pauseMs = 5;

const pragmas = {
  // FULL: a commit has reached the disk when it returns. With NORMAL the last commits of a WAL are lost on power failure.
  write: 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;',
  read: 'PRAGMA query_only = ON;',
  both: `PRAGMA busy_timeout = ${busyTimeout}; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;`,
};

export type Row = Readonly<Record<string, SQLOutputValue>>;

/** A query made ready elsewhere: Kysely's CompiledQuery is one. */
export type Query = { readonly sql: string; readonly parameters: readonly unknown[] };

/**
 * A connection. Everything on it is synchronous, so nothing of this process can come between the statements of a
 * transaction, nor wait inside one while it holds the write lock.
 */
export class Sqlite {
  readonly file: string;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(file: string, mode: 'read' | 'write') {
    this.file = file;
    // SQLite would create it readable by others; its -wal and -shm files take over the mode.
    if (mode === 'write') create(file);
    this.#db = this.#explained(
      () => new DatabaseSync(file, { readOnly: mode === 'read', timeout: busyTimeout }),
    );
    try {
      this.exec(pragmas.both);
      patiently(() => this.exec(pragmas[mode]));
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  exec(sql: string): void {
    this.#explained(() => this.#db.exec(sql));
  }

  all({ sql, parameters }: Query): readonly Row[] {
    return this.#explained(() => this.#prepare(sql).all(...parameters.map(toInput)));
  }

  /** Answers how many rows changed. */
  run({ sql, parameters }: Query): number {
    return this.#explained(() => Number(this.#prepare(sql).run(...parameters.map(toInput)).changes));
  }

  /** BEGIN IMMEDIATE takes the write lock first: what `work` reads cannot change before it writes. */
  transact<T>(work: () => T): T {
    this.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.exec('COMMIT');
      return result;
    } catch (error) {
      // A full disk ends some transactions by itself.
      if (this.#db.isTransaction) this.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    if (this.#db.isOpen) this.#db.close();
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #explained<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw explainSqlite(error, this.file);
    }
  }
}

/** Where two processes make the log of a new file at once SQLite answers "locked" right away, whatever its timeout. */
function patiently<T>(work: () => T): T {
  const until = performance.now() + busyTimeout;
  for (;;) {
    try {
      return work();
    } catch (error) {
      const isLocked = error instanceof AutolandError && error.code === 'journal.locked';
      if (!isLocked || performance.now() > until) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    }
  }
}

/** Never opens a file that is there: closing it would drop the locks that this process holds on it. POSIX, fcntl(2). */
function create(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return;
    throw new AutolandError(
      'journal.missing',
      `expected to open or create ${file}, found: ${messageOf(error)}`,
      {
        mend: 'create the state directory, or let this user write to it',
        cause: error,
      },
    );
  }
}

function toInput(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'bigint' || value instanceof Uint8Array)
    return value;
  // SQLite stores NaN as NULL: a date that is none would silently become "never".
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new TypeError(`expected a value that SQLite can hold, found ${String(value)}`);
}
