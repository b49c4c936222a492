import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';

/** The schema, as the newest migration leaves it. */
export type Tables = {
  entries: {
    index: number;
    /** RFC 3339, as in the entry. */
    at: string;
    type: string;
    change: string | null;
    actor: string;
    /** Canonical JSON. */
    data: string;
    leaf_hash: Uint8Array;
  };
  /** One row: the compact range of the audit tree, 32 bytes for each hash. */
  tree: { id: number; size: number; hashes: Uint8Array };
  outbox: {
    change: string;
    /** Milliseconds since 1970; null: not by time alone. */
    due_at: number | null;
    fence: number;
    /** null: no lease. */
    holder: string | null;
    /** On the monotonic clock of the boot `boot_id`; of any other boot it means nothing. */
    lease_until: number | null;
    boot_id: string | null;
    /** The newest signal that had come when the change was last claimed. */
    seen_signal: number;
  };
  signals: {
    sequence: number;
    change: string;
    key: string;
    name: string;
    actor: string;
    data: string;
    /** The size of the journal after the entries that took it in; null: pending. */
    consumed_at: number | null;
  };
  once: { key: string; written_at: number };
};

/** Builds and compiles, and never runs: a query runs synchronously, inside Sqlite.transact. */
export const query = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

export type { CompiledQuery };
