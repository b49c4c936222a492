import { generateKeyPairSync, sign } from 'node:crypto';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeEntry } from '../../audit/entry.ts';
import { emptyRange, extend, hexOf, leafHash, rootOf } from '../../audit/merkle.ts';
import { tilePath, tilesOf } from '../../audit/tiles.ts';
import type { LogVerification } from '../../audit/verification.ts';
import { verifyLog } from '../../audit/verify-log.ts';
import type { KeyRing } from '../../ports/key-ring.ts';
import { eventOf } from '../../testing/contracts/journal.ts';
import { SystemClock } from '../clock/system.ts';
import { openStore, type SqliteStore } from '../store/sqlite-store.ts';
import { readTileLog } from './read-tile-log.ts';
import { type LeafSource, TileLog } from './tile-log.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'autoland-tiles-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
const newFolder = (): string => mkdtempSync(join(root, 'log-'));

const pair = generateKeyPairSync('ed25519');
const keyRing: KeyRing = {
  sign: async (_, bytes) => sign(null, bytes, pair.privateKey),
  publicKey: async () => pair.publicKey,
};
const key = { name: 'autoland', publicKey: pair.publicKey };
const logOf = (store: LeafSource, directory: string): TileLog =>
  new TileLog({ store, keyRing, origin: key.name, directory });
const openNew = (): Promise<SqliteStore> =>
  openStore({ file: join(newFolder(), 'journal.db'), clock: new SystemClock(), mode: 'write' });
const events = (count: number) => Array.from({ length: count }, (_, at) => eventOf(`a.n${at}`));
const check = async (directory: string): Promise<LogVerification> =>
  verifyLog({ ...(await readTileLog(directory, key)), key, anchors: [] });

function snapshot(directory: string): Map<string, string> {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => statSync(join(directory, name)).isFile());
  return new Map(files.sort().map((name) => [name, readFileSync(join(directory, name)).toString('hex')]));
}

/** A journal in memory that counts what is read from it. */
class CountingSource implements LeafSource {
  read = 0;
  readonly #leaves: { bytes: Buffer; hash: Uint8Array }[] = [];

  grow(count: number): void {
    for (let index = this.#leaves.length; count > 0; index += 1, count -= 1) {
      const bytes = encodeEntry({
        index,
        at: '2026-01-01T00:00:00.000Z',
        type: 'a.made',
        actor: 'gate',
        data: {},
      });
      this.#leaves.push({ bytes, hash: leafHash(bytes) });
    }
  }

  async tree() {
    return extend(
      emptyRange,
      this.#leaves.map(({ hash }) => hash),
    );
  }

  async leaves(from: number, to: number) {
    this.read += to - from;
    return this.#leaves.slice(from, to);
  }

  async exclusively<T>(_: string, work: () => Promise<T>): Promise<T> {
    return work();
  }
}

describe('TileLog', () => {
  it('publishes a log that verifies, at every size on the way, and no file too many', async () => {
    const [store, directory] = [await openNew(), newFolder()];
    const log = logOf(store, directory);
    expect(await log.publish()).toMatchObject({ size: 0 });
    for (const count of [1, 3, 251, 1, 1, 0, 255, 1, 300]) {
      await store.append({ events: events(count) });
      const checkpoint = await log.publish();
      const tree = await store.tree();
      expect(checkpoint).toMatchObject({ size: tree.size, root: hexOf(rootOf(tree)) });
      expect(readFileSync(join(directory, 'checkpoint'), 'utf8')).toBe(checkpoint.note);
      expect(await check(directory)).toMatchObject({ kind: 'ok', size: tree.size, root: checkpoint.root });
    }
    const full = tilesOf(813)
      .filter(({ width }) => width === 256)
      .map(tilePath);
    const present = [...snapshot(directory).keys()].filter(
      (name) => !name.includes('.p/') && name !== 'checkpoint',
    );
    expect(new Set(present)).toEqual(new Set(full));
    expect([...snapshot(directory).keys()].filter((name) => name.startsWith('tile/0/000.p'))).toEqual([]);
    store.close();
  });

  it('comes out the same, byte by byte, whether published at once or bit by bit, or again after it was deleted', async () => {
    const [store, bitwise, atOnce] = [await openNew(), newFolder(), newFolder()];
    const log = logOf(store, bitwise);
    for (const count of [10, 300, 300]) {
      await store.append({ events: events(count) });
      await log.publish();
    }
    await logOf(store, atOnce).publish();
    const whole = snapshot(atOnce);
    const before = snapshot(bitwise);
    for (const [name, bytes] of whole) expect(before.get(name)).toBe(bytes);
    rmSync(join(bitwise, 'tile'), { recursive: true });
    await log.publish();
    expect(await check(bitwise)).toMatchObject({ kind: 'ok', size: 610 });
    rmSync(bitwise, { recursive: true });
    await log.publish();
    expect(snapshot(bitwise)).toEqual(whole);
    store.close();
  });

  it('costs as much as what is new, not as what is there', async () => {
    const [source, directory] = [new CountingSource(), newFolder()];
    source.grow(5_000);
    await logOf(source, directory).publish();
    expect(await check(directory)).toMatchObject({ kind: 'ok', size: 5_000 });
    source.read = 0;
    source.grow(3);
    const log = logOf(source, directory);
    await log.publish();
    expect(source.read).toBeLessThanOrEqual(256 + 3);
    source.read = 0;
    await log.publish();
    expect(source.read).toBe(0);
    source.grow(600);
    await log.publish();
    expect(source.read).toBeLessThanOrEqual(256 + 600);
    expect(await check(directory)).toMatchObject({ kind: 'ok', size: 5_603 });
  });

  it('shares runs among concurrent calls, and covers whatever was journalled before each call', async () => {
    const [store, directory] = [await openNew(), newFolder()];
    let signed = 0;
    const counting: KeyRing = {
      ...keyRing,
      sign: async (role, bytes) => {
        signed += 1;
        return keyRing.sign(role, bytes);
      },
    };
    const log = new TileLog({ store, keyRing: counting, origin: key.name, directory });
    const covered = await Promise.all(
      Array.from({ length: 40 }, async (_, at) => {
        await new Promise((resolve) => setTimeout(resolve, at / 4));
        const index = (await store.append({ events: events(1) }))[0]?.index ?? Number.NaN;
        return { index, size: (await log.publish()).size };
      }),
    );
    for (const { index, size } of covered) expect(size).toBeGreaterThan(index);
    expect(signed).toBeLessThan(40);
    store.close();
  });

  it('goes on after a run that failed', async () => {
    const [store, directory] = [await openNew(), newFolder()];
    let down = true;
    const failing: KeyRing = {
      ...keyRing,
      sign: (role, bytes) =>
        down ? Promise.reject(new Error('key server down')) : keyRing.sign(role, bytes),
    };
    const log = new TileLog({ store, keyRing: failing, origin: key.name, directory });
    await store.append({ events: events(300) });
    const both = await Promise.allSettled([log.publish(), log.publish()]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    down = false;
    expect(await log.publish()).toMatchObject({ size: 300 });
    expect(await check(directory)).toMatchObject({ kind: 'ok', size: 300 });
    store.close();
  });

  it('never goes back when several publish to one directory', async () => {
    const file = join(newFolder(), 'journal.db');
    const directory = newFolder();
    const stores = await Promise.all(
      [1, 2, 3].map(() => openStore({ file, clock: new SystemClock(), mode: 'write' })),
    );
    const logs = stores.map((store) => logOf(store, directory));
    let largest = 0;
    for (let round = 0; round < 8; round += 1) {
      await stores[round % 3]?.append({ events: events(90) });
      const done = logs.map(async (log) => {
        const { size } = await log.publish();
        const { checkpoint } = await readTileLog(directory, key);
        const published = Number(checkpoint?.split('\n')[1]);
        expect(published).toBeGreaterThanOrEqual(Math.max(size, largest));
        largest = published;
      });
      await Promise.all(done);
      expect(await check(directory)).toMatchObject({ kind: 'ok', size: 90 * (round + 1) });
    }
    for (const store of stores) store.close();
  });
});

describe('a published log', () => {
  it('is put right when files of its edge are damaged', async () => {
    const [store, directory] = [await openNew(), newFolder()];
    await store.append({ events: events(300) });
    await logOf(store, directory).publish();
    const whole = snapshot(directory);
    truncateSync(join(directory, 'tile/0/001.p/44'), 5);
    expect(await check(directory)).toMatchObject({ kind: 'broken' });
    await logOf(store, directory).publish();
    expect(snapshot(directory)).toEqual(whole);
    store.close();
  });

  it('is still found whole by who has read the checkpoint before its partial tiles became full', async () => {
    const [store, directory] = [await openNew(), newFolder()];
    const log = logOf(store, directory);
    await store.append({ events: events(200) });
    const { note } = await log.publish();
    await store.append({ events: events(100) });
    await log.publish();
    writeFileSync(join(directory, 'checkpoint'), note);
    expect(await check(directory)).toMatchObject({ kind: 'ok', size: 200 });
    store.close();
  });

  it.each([
    ['cut', 'DELETE FROM entries WHERE "index" >= 128; UPDATE tree SET size = 128, hashes = zeroblob(32)'],
    ['altered', 'UPDATE entries SET actor = \'somebody\' WHERE "index" = 280'],
    [
      'altered with its hash',
      'UPDATE entries SET actor = \'somebody\', leaf_hash = zeroblob(32) WHERE "index" = 280',
    ],
    ['emptied', "DELETE FROM entries; UPDATE tree SET size = 0, hashes = x''"],
  ])('is not overwritten by a journal that was %s', async (_, tampering) => {
    const file = join(newFolder(), 'journal.db');
    const directory = newFolder();
    const store = await openStore({ file, clock: new SystemClock(), mode: 'write' });
    await store.append({ events: events(300) });
    await logOf(store, directory).publish();
    const before = snapshot(directory);
    const db = new DatabaseSync(file);
    db.exec(`DROP TRIGGER entries_are_never_updated; DROP TRIGGER entries_are_never_deleted; ${tampering}`);
    db.close();
    await store.append({ events: events(3) });
    await expect(logOf(store, directory).publish()).rejects.toMatchObject({
      code: expect.stringMatching(/^(audit\.broken|journal\.corrupt)$/),
    });
    for (const [name, bytes] of before) expect(snapshot(directory).get(name)).toBe(bytes);
    // Damage to the published files does not open the way for the altered journal either.
    rmSync(join(directory, 'tile/0'), { recursive: true });
    await expect(logOf(store, directory).publish()).rejects.toMatchObject({
      code: expect.stringMatching(/^(audit\.broken|journal\.corrupt)$/),
    });
    expect(readFileSync(join(directory, 'checkpoint')).toString('hex')).toBe(before.get('checkpoint'));
    store.close();
  });

  it('is refused when its checkpoint is of another key, or is none', async () => {
    const [store, directory] = [await openNew(), newFolder()];
    await logOf(store, directory).publish();
    const stranger = generateKeyPairSync('ed25519');
    const other: KeyRing = {
      sign: async (_, bytes) => sign(null, bytes, stranger.privateKey),
      publicKey: async () => stranger.publicKey,
    };
    const foreign = new TileLog({ store, keyRing: other, origin: key.name, directory });
    await expect(foreign.publish()).rejects.toMatchObject({ code: 'audit.broken' });
    writeFileSync(join(directory, 'checkpoint'), 'nothing of the kind');
    await expect(logOf(store, directory).publish()).rejects.toMatchObject({ code: 'audit.broken' });
    store.close();
  });

  it('differs from a copy that was altered, and verify says where', async () => {
    const [store, directory, copy] = [await openNew(), newFolder(), newFolder()];
    await store.append({ events: events(300) });
    await logOf(store, directory).publish();
    cpSync(directory, copy, { recursive: true });
    const path = join(copy, 'tile/entries/001.p/44');
    writeFileSync(path, readFileSync(path, 'latin1').replace('a.n299', 'a.n298'), 'latin1');
    expect(await check(copy)).toMatchObject({ kind: 'broken', code: 'entry.altered', at: { entry: 299 } });
  });
});
