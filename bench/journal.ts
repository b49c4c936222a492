/**
 * What the journal and its published log cost here. Prints one JSON object: rates are per second, times are milliseconds.
 * `leafShare`: the part of an append's time that encoding, hashing and the tree take. Peers, in the same run and on the same disk: SQLite without tree and outbox, and a bare append to a file.
 *
 *     node bench/journal.ts [seconds for each measurement, 2 by default]
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SystemClock } from '../src/adapters/clock/system.ts';
import { openStore, type SqliteStore } from '../src/adapters/store/sqlite-store.ts';
import { TileLog } from '../src/adapters/tile-log/tile-log.ts';
import { encodeEntry } from '../src/audit/entry.ts';
import { emptyRange, extend, leafHash } from '../src/audit/merkle.ts';
import type { NewEvent } from '../src/domain/journal.ts';
import type { KeyRing } from '../src/ports/key-ring.ts';

const seconds = Number(process.argv[2] ?? 2);
const groupSize = 50;
const payload = 'x'.repeat(900);
/** About 1 KB as a leaf. */
const event = (n: number): NewEvent => ({
  type: 'bench.made',
  change: 'chg_0123456789ab',
  actor: 'bench',
  data: { n, payload },
});
const group = (n: number): NewEvent[] => Array.from({ length: groupSize }, (_, at) => event(n + at));

type Measured = { readonly each: number; readonly work: (n: number) => unknown };

/** Units per second of each, measured in short turns: what else the machine does meanwhile hits all of them alike. */
async function rates<Name extends string>(measured: Record<Name, Measured>): Promise<Record<Name, number>> {
  const turn = 100;
  const spent = new Map<string, { ms: number; done: number }>();
  for (let round = 0; round < (seconds * 1000) / turn; round += 1) {
    for (const [name, { each, work }] of Object.entries<Measured>(measured)) {
      const { ms, done } = spent.get(name) ?? { ms: 0, done: 0 };
      let count = 0;
      const begin = performance.now();
      for (; performance.now() - begin < turn; count += each) await work(done + count);
      spent.set(name, { ms: ms + performance.now() - begin, done: done + count });
    }
  }
  const perSecond = (name: Name): number =>
    ((spent.get(name)?.done ?? 0) * 1000) / (spent.get(name)?.ms ?? 0);
  return mapValues(measured, perSecond);
}

function mapValues<Name extends string>(
  from: Record<Name, unknown>,
  to: (name: Name) => number,
): Record<Name, number> {
  const result = {} as Record<Name, number>;
  for (const name in from) result[name] = to(name);
  return result;
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

function rawSqlite(folder: string): { insert(n: number, count: number): void; close(): void } {
  const db = new DatabaseSync(join(folder, 'raw.db'));
  db.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE events (id INTEGER PRIMARY KEY, data TEXT)',
  );
  const statement = db.prepare('INSERT INTO events (data) VALUES (?)');
  return {
    insert: (n, count) => {
      db.exec('BEGIN IMMEDIATE');
      for (let at = 0; at < count; at += 1) statement.run(JSON.stringify(event(n + at)));
      db.exec('COMMIT');
    },
    close: () => db.close(),
  };
}

async function appendRates(store: SqliteStore, folder: string) {
  const raw = rawSqlite(folder);
  const file = openSync(join(folder, 'raw.log'), 'a');
  const line = Buffer.from(`${JSON.stringify(event(0))}\n`);
  let range = emptyRange;
  const measured = await rates({
    single: { each: 1, work: (n) => store.append({ events: [event(n)] }) },
    rawSqliteSingle: { each: 1, work: (n) => raw.insert(n, 1) },
    writeFdatasync: {
      each: 1,
      work: () => {
        writeSync(file, line);
        fdatasyncSync(file);
      },
    },
    groups: { each: groupSize, work: (n) => store.append({ events: group(n) }) },
    rawSqliteGroups: { each: groupSize, work: (n) => raw.insert(n, groupSize) },
    // Encoding, hashing and tree together, without any disk.
    leaves: {
      each: 1,
      work: (n) => {
        const leaf = encodeEntry({ ...event(n), index: n, at: '2026-01-01T00:00:00.000Z' });
        range = extend(range, [leafHash(leaf)]);
      },
    },
  });
  raw.close();
  closeSync(file);
  const { single, groups, leaves, ...peers } = measured;
  return {
    single: {
      perSecond: single,
      ofRawSqlite: single / peers.rawSqliteSingle,
      ofWriteFdatasync: single / peers.writeFdatasync,
      leafShare: single / leaves,
    },
    groupsOf50: {
      perSecond: groups,
      ofRawSqlite: groups / peers.rawSqliteGroups,
      leafShare: groups / leaves,
    },
    peers,
    leafEncodeHashTreePerSecond: leaves,
  };
}

async function publishCosts(store: SqliteStore, directory: string) {
  const pair = generateKeyPairSync('ed25519');
  const keyRing: KeyRing = {
    sign: async (_, bytes) => sign(null, bytes, pair.privateKey),
    publicKey: async () => pair.publicKey,
  };
  const log = new TileLog({ store, keyRing, origin: 'bench', directory });
  const size = await store.size();
  const all = await time(() => log.publish());
  const after = async (count: number): Promise<number> => {
    const times: number[] = [];
    for (let round = 0; round < 15; round += 1) {
      await store.append({ events: Array.from({ length: count }, (_, at) => event(at)) });
      times.push(await time(() => log.publish()));
    }
    return times.sort((a, b) => a - b)[7] ?? Number.NaN;
  };
  return {
    fromNothing: { entries: size, ms: all },
    medianMsFor1: await after(1),
    medianMsFor100: await after(100),
  };
}

const folder = mkdtempSync(join(tmpdir(), 'autoland-bench-'));
try {
  const begin = performance.now();
  const file = join(folder, 'journal.db');
  const store = await openStore({ file, clock: new SystemClock(), mode: 'write' });
  const openMs = performance.now() - begin;
  const appends = await appendRates(store, folder);
  const publish = await publishCosts(store, join(folder, 'log'));
  const size = await store.size();
  store.close();
  const opening = await time(async () =>
    (await openStore({ file, clock: new SystemClock(), mode: 'read' })).close(),
  );
  const report = {
    bench: 'journal',
    node: process.version,
    openMs: { writeFirstInProcess: openMs, readAgain: opening },
    durableAppends: appends,
    disk: {
      events: size,
      leafBytes: encodeEntry({ ...event(0), index: 0, at: '2026-01-01T00:00:00.000Z' }).length,
      bytesPerEvent: statSync(file).size / size,
    },
    publish,
  };
  console.log(
    JSON.stringify(
      report,
      (_, value) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value),
      2,
    ),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
