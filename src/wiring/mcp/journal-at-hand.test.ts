import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestRepository } from '../../adapters/git-host/local/test-repository.ts';
import { openRepository } from '../place/repository.ts';
import { JournalAtHand } from './journal-at-hand.ts';

describe('the journal that is at hand', () => {
  let host: TestRepository;
  let journal: JournalAtHand;
  const state = () => join(host.top, 'state');
  const write = async (state: string, entries: number) => {
    await using repository = await openRepository({ repo: host.dir, state }, 'write');
    for (let at = 0; at < entries; at += 1) await repository.record('tried', 'person:x', { at });
  };
  beforeEach(() => {
    host = new TestRepository();
    journal = new JournalAtHand({ repo: host.dir, state: state() });
  });
  afterEach(() => {
    journal.close();
    host.remove();
  });

  it('is opened once, and tells what others write meanwhile', async () => {
    await expect(journal.read()).rejects.toMatchObject({ code: 'journal.missing' });
    await write(state(), 1);
    const [one, other] = await Promise.all([journal.read(), journal.read()]);
    expect(other).toBe(one);
    expect(await one.store.size()).toBe(1);
    await write(state(), 2);
    expect(await (await journal.read()).store.size()).toBe(3);
  });

  it('is opened anew where another one was put in its place, or none', async () => {
    await write(state(), 1);
    await journal.read();
    await write(join(host.top, 'restored'), 2);
    renameSync(state(), join(host.top, 'old'));
    await expect(journal.read()).rejects.toMatchObject({ code: 'journal.missing' });
    renameSync(join(host.top, 'restored'), state());
    expect(await (await journal.read()).store.size()).toBe(2);
  });
});
