import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyRange, extend, hexOf, leafHash, rootOf } from '../../audit/merkle.ts';
import {
  describeJournal,
  eventOf,
  manualClock,
  type StoreUnderTest,
} from '../../testing/contracts/journal.ts';
import { describeOutbox } from '../../testing/contracts/outbox.ts';
import { SystemClock } from '../clock/system.ts';
import { openStore, type SqliteStore } from './sqlite-store.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'autoland-store-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
const newFile = (): string => join(mkdtempSync(join(root, 'journal-')), 'journal.db');

async function makeStore(): Promise<StoreUnderTest> {
  const file = newFile();
  const clock = manualClock();
  const opened: SqliteStore[] = [];
  const again = async (): Promise<SqliteStore> => {
    const store = await openStore({ file, clock, mode: 'write' });
    opened.push(store);
    return store;
  };
  const close = async (): Promise<void> => {
    for (const store of opened) store.close();
    rmSync(join(file, '..'), { recursive: true });
  };
  return { store: await again(), clock, again, close };
}

describeJournal('SqliteStore', makeStore);
describeOutbox('SqliteStore', makeStore);

describe('SqliteStore', () => {
  it('keeps the tree over what it has journalled', async () => {
    const store = await openStore({ file: newFile(), clock: manualClock(), mode: 'write' });
    for (let size = 1; size <= 20; size += 1) {
      await store.append({ events: [eventOf(`a.n${size}`)] });
      const leaves = await store.leaves(0, size);
      for (const { bytes, hash } of leaves) expect(hexOf(leafHash(bytes))).toBe(hexOf(hash));
      const tree = await store.tree();
      expect(tree.size).toBe(size);
      expect(hexOf(rootOf(tree))).toBe(
        hexOf(
          rootOf(
            extend(
              emptyRange,
              leaves.map(({ hash }) => hash),
            ),
          ),
        ),
      );
    }
    await expect(store.leaves(0, 21)).rejects.toMatchObject({ code: 'journal.corrupt' });
    store.close();
  });

  it('has no lease of another boot', async () => {
    const [file, clock] = [newFile(), manualClock()];
    const before = await openStore({ file, clock, mode: 'write', bootId: 'boot 1' });
    await before.append({
      events: [],
      schedule: { change: 'chg_1', next: { kind: 'due', at: clock.now() } },
    });
    const claim = await before.claim('one', 1e9);
    before.close();
    const after = await openStore({ file, clock, mode: 'write', bootId: 'boot 2' });
    if (claim === undefined) throw new Error('expected a claim');
    await expect(after.append({ events: [], claim })).rejects.toMatchObject({ code: 'lease.lost' });
    await expect(after.renew(claim, 1000)).rejects.toMatchObject({ code: 'lease.lost' });
    expect(await after.claim('two', 1000)).toEqual({ change: 'chg_1', fence: 2, holder: 'two' });
    after.close();
  });

  it('is readable by its owner alone', async () => {
    const file = newFile();
    const store = await openStore({ file, clock: new SystemClock(), mode: 'write' });
    await store.append({ events: [eventOf('a.made')] });
    for (const name of [file, `${file}-wal`, `${file}-shm`]) expect(statSync(name).mode & 0o777).toBe(0o600);
    store.close();
  });

  it('refuses a time that is none', async () => {
    const store = await openStore({ file: newFile(), clock: manualClock(), mode: 'write' });
    const next = { kind: 'due', at: new Date(Number.NaN) } as const;
    await expect(
      store.append({ events: [eventOf('a.made')], schedule: { change: 'chg_1', next } }),
    ).rejects.toThrow(TypeError);
    expect(await store.size()).toBe(0);
    store.close();
  });

  it('runs what is exclusive one at a time', async () => {
    const file = newFile();
    const options = { file, clock: new SystemClock(), mode: 'write' } as const;
    const stores = [await openStore(options), await openStore(options)];
    let inside = 0;
    const seen: number[] = [];
    const work = async (): Promise<void> => {
      inside += 1;
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(inside);
      inside -= 1;
    };
    await Promise.all([...stores, ...stores].map((store) => store.exclusively('test', work)));
    expect(seen).toEqual([1, 1, 1, 1]);
    await expect(stores[0]?.exclusively('test', () => Promise.reject(new Error('failed')))).rejects.toThrow(
      'failed',
    );
    await stores[1]?.exclusively('test', work);
    for (const store of stores) store.close();
  });
});
