import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyRange, extend, hexOf, leafHash, rootOf } from '../../audit/merkle.ts';
import { eventOf, manualClock } from '../../testing/contracts/journal.ts';
import { migrate, migrations } from './migrations.ts';
import { Sqlite } from './sqlite.ts';
import { openStore, type SqliteStore } from './sqlite-store.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'autoland-faults-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
const newFile = (): string => join(mkdtempSync(join(root, 'journal-')), 'journal.db');
const clock = manualClock();
const open = (file: string, mode: 'read' | 'write' = 'write'): Promise<SqliteStore> =>
  openStore({ file, clock, mode, bootId: 'this boot' });
const large = (text: string) => ({ ...eventOf('a.made'), data: { text: text.repeat(20_000) } });

async function assertWhole(store: SqliteStore): Promise<number> {
  const size = await store.size();
  const leaves = await store.leaves(0, size);
  expect(hexOf(rootOf(await store.tree()))).toBe(
    hexOf(
      rootOf(
        extend(
          emptyRange,
          leaves.map(({ bytes }) => leafHash(bytes)),
        ),
      ),
    ),
  );
  return size;
}

describe('a full disk', () => {
  it('is said, loses nothing, and is over when there is room again', async () => {
    const file = newFile();
    const store = await open(file);
    await store.append({ events: [large('a')] });
    store.close();
    const cramped = new Sqlite(file, 'write');
    const pages = statSync(file).size / 4096 + 20;
    const limited = await openLimited(file, pages);
    let written = 1;
    await expect(async () => {
      for (; written < 100; written += 1) await limited.append({ events: [large('b'), eventOf('c.made')] });
    }).rejects.toMatchObject({ code: 'journal.full-disk', mend: expect.stringContaining('free some space') });
    cramped.close();
    const size = 1 + (written - 1) * 2;
    expect(await assertWhole(limited)).toBe(size);
    limited.close();
    const roomy = await open(file);
    expect(await roomy.append({ events: [large('c')] })).toMatchObject([{ index: size }]);
    await assertWhole(roomy);
    roomy.close();
  });
});

/** SQLite's own limit on the size of the file raises the same SQLITE_FULL as the disk. */
async function openLimited(file: string, pages: number): Promise<SqliteStore> {
  const { JournalReader } = await import('./reader.ts');
  const { JournalWriter } = await import('./writer.ts');
  const { SqliteStore } = await import('./sqlite-store.ts');
  const sqlite = new Sqlite(file, 'write');
  sqlite.exec(`PRAGMA max_page_count = ${pages}`);
  const reader = new JournalReader(sqlite);
  const moment = () => ({ now: clock.now(), monotonicMs: clock.monotonicMs(), bootId: 'this boot' });
  return new SqliteStore(sqlite, reader, new JournalWriter(sqlite, reader, moment));
}

describe('a file that is not a whole journal', () => {
  it('is refused: other bytes, another database, or no file to read', async () => {
    const garbage = newFile();
    writeFileSync(garbage, 'not a database at all, '.repeat(500));
    await expect(open(garbage)).rejects.toMatchObject({ code: 'journal.corrupt' });
    const other = newFile();
    new DatabaseSync(other).exec('CREATE TABLE recipes (name TEXT)');
    await expect(open(other)).rejects.toMatchObject({ code: 'journal.corrupt' });
    await expect(open(other, 'read')).rejects.toMatchObject({ code: 'journal.corrupt' });
    await expect(open(newFile(), 'read')).rejects.toMatchObject({ code: 'journal.missing' });
    await expect(open(join(root, 'no', 'such', 'folder', 'x.db'))).rejects.toMatchObject({
      code: 'journal.missing',
    });
  });

  it('is refused when pages of it are overwritten', async () => {
    const file = newFile();
    const store = await open(file);
    await store.append({ events: Array.from({ length: 200 }, () => large('a')) });
    store.close();
    const descriptor = openSync(file, 'r+');
    for (let at = 4096; at < statSync(file).size; at += 4096)
      writeSync(descriptor, Buffer.alloc(4096, 0xa5), 0, 4096, at);
    closeSync(descriptor);
    await expect(openAndRead(file)).rejects.toMatchObject({ code: 'journal.corrupt' });
  });

  it('is refused when the data of an entry is not JSON', async () => {
    const file = newFile();
    const store = await open(file);
    await store.append({ events: [eventOf('a.made')] });
    store.close();
    const db = new DatabaseSync(file);
    db.exec("DROP TRIGGER entries_are_never_updated; UPDATE entries SET data = '[1'");
    db.close();
    await expect(openAndRead(file)).rejects.toMatchObject({ code: 'journal.corrupt' });
  });

  it('never updates or deletes an entry, whoever asks', async () => {
    const file = newFile();
    const store = await open(file);
    await store.append({ events: [eventOf('a.made')] });
    store.close();
    const db = new DatabaseSync(file);
    expect(() => db.exec("UPDATE entries SET actor = 'somebody'")).toThrow('never updated');
    expect(() => db.exec('DELETE FROM entries')).toThrow('never deleted');
    db.close();
  });
});

async function openAndRead(file: string): Promise<void> {
  const store = await open(file);
  try {
    await store.read();
  } finally {
    store.close();
  }
}

describe('schemas', () => {
  /** A journal as the first version wrote it, with one change whose stage call was under way, and a pending signal. */
  function writeSchemaOne(file: string): void {
    const sqlite = new Sqlite(file, 'write');
    migrate(sqlite, migrations.slice(0, 1));
    const leaf =
      '{"actor":"pipeline","at":"2026-01-01T00:00:00.000Z","change":"chg_1","data":{},"index":0,"type":"change.proposed","v":1}';
    const hash = leafHash(Buffer.from(leaf));
    const run = (sql: string, ...parameters: unknown[]): number => sqlite.run({ sql, parameters });
    run(
      'INSERT INTO entries VALUES (0, ?, ?, ?, ?, ?, ?)',
      '2026-01-01T00:00:00.000Z',
      'change.proposed',
      'chg_1',
      'pipeline',
      '{}',
      hash,
    );
    run('UPDATE tree SET size = 1, hashes = ?', hash);
    run(
      'INSERT INTO outbox VALUES (?, ?, 7, ?, ?, ?, 0)',
      'chg_1',
      clock.now().getTime(),
      'old worker',
      clock.monotonicMs() + 50,
      'this boot',
    );
    run("INSERT INTO signals VALUES (1, 'chg_1', 'k', 'kill', 'person:alice', '{}', NULL)");
    sqlite.close();
  }

  it('brings a journal of schema 1 up, with a change in flight, and goes on', async () => {
    const file = newFile();
    writeSchemaOne(file);
    const store = await open(file);
    expect(await store.claim('new worker', 1000)).toBeUndefined();
    clock.advance(50);
    const claim = await store.claim('new worker', 1000);
    if (claim === undefined) throw new Error('expected the change in flight to be due');
    expect(claim).toEqual({ change: 'chg_1', fence: 8, holder: 'new worker' });
    const old = { change: 'chg_1', fence: 7, holder: 'old worker' };
    await expect(store.append({ events: [], claim: old })).rejects.toMatchObject({ code: 'lease.lost' });
    expect(await store.pending('chg_1')).toHaveLength(1);
    const consumes = [{ change: 'chg_1', key: 'k' }];
    expect(
      await store.append({ events: [eventOf('a.made', 'chg_1')], claim, consumes, once: 'o' }),
    ).toMatchObject([{ index: 1 }]);
    expect(await assertWhole(store)).toBe(2);
    store.close();
  });

  it('does not touch an older journal that is only read, and says what to do', async () => {
    const file = newFile();
    writeSchemaOne(file);
    const before = readFileSync(file);
    await expect(open(file, 'read')).rejects.toMatchObject({
      code: 'journal.schema',
      mend: expect.stringContaining('autoland up'),
    });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('refuses a journal of a newer version, for reading and for writing', async () => {
    const file = newFile();
    const sqlite = new Sqlite(file, 'write');
    migrate(sqlite, [...migrations, 'CREATE TABLE later (x INTEGER) STRICT']);
    sqlite.close();
    for (const mode of ['read', 'write'] as const) {
      await expect(open(file, mode)).rejects.toMatchObject({
        code: 'journal.schema',
        mend: expect.stringContaining('newer'),
      });
    }
  });

  it('leaves the older schema whole when a step fails', () => {
    const file = newFile();
    writeSchemaOne(file);
    const sqlite = new Sqlite(file, 'write');
    expect(() =>
      migrate(sqlite, [...migrations, 'CREATE TABLE twice (x); CREATE TABLE twice (x)']),
    ).toThrow();
    expect(sqlite.all({ sql: 'SELECT schema FROM meta', parameters: [] })).toEqual([{ schema: 1 }]);
    migrate(sqlite);
    expect(sqlite.all({ sql: 'SELECT schema FROM meta', parameters: [] })).toEqual([
      { schema: migrations.length },
    ]);
    sqlite.close();
  });

  it('reads while another writes, and never writes itself', async () => {
    const file = newFile();
    const writer = await open(file);
    await writer.append({ events: [eventOf('a.made')] });
    const reader = await open(file, 'read');
    await writer.append({ events: [eventOf('b.made')] });
    expect(await reader.read()).toHaveLength(2);
    await expect(reader.append({ events: [eventOf('c.made')] })).rejects.toThrow('opened for reading');
    reader.close();
    writer.close();
    const alone = await open(file, 'read');
    expect(await alone.size()).toBe(2);
    alone.close();
    const copy = newFile();
    copyFileSync(file, copy);
    const copied = await open(copy, 'read');
    expect(await copied.read()).toHaveLength(2);
    copied.close();
  });
});
