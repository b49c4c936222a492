import { AutolandError } from '../../domain/errors.ts';
import type { Sqlite } from './sqlite.ts';
import { corruptJournal } from './sqlite-errors.ts';

/** Step N makes schema N + 1 out of schema N. Never edit a step that was released: add one. */
export const migrations: readonly string[] = [
  `CREATE TABLE meta (id INTEGER PRIMARY KEY CHECK (id = 1), schema INTEGER NOT NULL) STRICT;
   INSERT INTO meta VALUES (1, 0);
   CREATE TABLE entries (
     "index" INTEGER PRIMARY KEY, at TEXT NOT NULL, type TEXT NOT NULL, change TEXT, actor TEXT NOT NULL,
     data TEXT NOT NULL, leaf_hash BLOB NOT NULL
   ) STRICT;
   CREATE TABLE tree (id INTEGER PRIMARY KEY CHECK (id = 1), size INTEGER NOT NULL, hashes BLOB NOT NULL) STRICT;
   INSERT INTO tree VALUES (1, 0, x'');
   CREATE TABLE outbox (
     change TEXT PRIMARY KEY, due_at INTEGER, fence INTEGER NOT NULL, holder TEXT, lease_until REAL, boot_id TEXT,
     seen_signal INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE signals (
     sequence INTEGER PRIMARY KEY, change TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL, actor TEXT NOT NULL,
     data TEXT NOT NULL, consumed_at INTEGER, UNIQUE (change, key)
   ) STRICT;`,
  `CREATE TABLE once (key TEXT PRIMARY KEY, written_at INTEGER NOT NULL) STRICT;
   INSERT INTO once SELECT DISTINCT 'proposed/' || change, 0 FROM entries WHERE type = 'change.proposed';
   CREATE INDEX entries_by_change ON entries (change) WHERE change IS NOT NULL;
   CREATE INDEX entries_by_type ON entries (type);
   CREATE INDEX outbox_by_due ON outbox (due_at) WHERE due_at IS NOT NULL;
   CREATE TRIGGER entries_are_never_updated BEFORE UPDATE ON entries
     BEGIN SELECT RAISE(ABORT, 'an entry of the journal is never updated'); END;
   CREATE TRIGGER entries_are_never_deleted BEFORE DELETE ON entries
     BEGIN SELECT RAISE(ABORT, 'an entry of the journal is never deleted'); END;`,
];

/** Brings a journal that is opened for writing to the newest schema, in one transaction. */
export function migrate(sqlite: Sqlite, steps: readonly string[] = migrations): void {
  if (assertKnown(sqlite, steps) === steps.length) return;
  sqlite.transact(() => {
    // Read again under the lock: another process may have migrated in between.
    for (const step of steps.slice(assertKnown(sqlite, steps))) sqlite.exec(step);
    sqlite.run({ sql: 'UPDATE meta SET schema = ?', parameters: [steps.length] });
  });
}

/** A journal that is only read is never migrated: the one who writes it may still run the older version. */
export function assertReadable(sqlite: Sqlite): void {
  const schema = assertKnown(sqlite, migrations);
  if (schema === migrations.length) return;
  if (schema === 0) throw corruptJournal(sqlite.file, 'an empty file');
  throw new AutolandError(
    'journal.schema',
    `expected schema ${migrations.length} in ${sqlite.file}, found the older ${schema}`,
    { mend: 'start `autoland up` of this version once: it migrates the journal' },
  );
}

function assertKnown(sqlite: Sqlite, steps: readonly string[]): number {
  const schema = schemaOf(sqlite);
  if (schema <= steps.length) return schema;
  throw new AutolandError(
    'journal.schema',
    `expected a schema of at most ${steps.length} in ${sqlite.file}, found ${schema}: a newer autoland wrote it`,
    { mend: 'run the newer version; there is no way back to an older schema' },
  );
}

function schemaOf(sqlite: Sqlite): number {
  const tables = sqlite.all({ sql: "SELECT name FROM sqlite_schema WHERE type = 'table'", parameters: [] });
  if (tables.length === 0) return 0;
  if (!tables.some(({ name }) => name === 'meta'))
    throw corruptJournal(sqlite.file, 'a database of something else');
  const schema = sqlite.all({ sql: 'SELECT schema FROM meta', parameters: [] })[0]?.schema;
  if (typeof schema !== 'number') throw corruptJournal(sqlite.file, 'no schema version');
  return schema;
}
