import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileFlagStore } from '../../adapters/flags/file-flag-store.ts';
import { openWiringBench, type WiringBench } from '../../testing/wiring-bench.ts';
import { journalKills } from './journal-acts.ts';

let bench: WiringBench;
beforeEach(async () => {
  bench = await openWiringBench();
});
afterEach(() => bench.close());

async function journalled() {
  const entries = await bench.repository.store.read({ types: ['flag.killed'] });
  return entries.map(({ actor, data }) => ({ actor, flag: data.flag }));
}

describe('journalKills', () => {
  it('journals each kill from outside once, whoever asks how often, and no rollout’s own', async () => {
    const flags = new FileFlagStore(bench.place.state);
    await flags.kill('shop.one', 'person:alice');
    await flags.kill('shop.two', 'token:on-call');
    await flags.kill('shop.three', 'rollout.worse');
    writeFileSync(join(bench.place.state, 'kills', 'shop.four'), '');
    const seen = new Set<string>();
    await Promise.all([journalKills(bench.repository), journalKills(bench.repository, seen)]);
    await flags.kill('shop.one', 'person:bob');
    await journalKills(bench.repository, seen);
    await journalKills(bench.repository);
    expect((await journalled()).sort((a, b) => (String(a.flag) < String(b.flag) ? -1 : 1))).toEqual([
      { actor: 'unknown', flag: 'shop.four' },
      { actor: 'person:alice', flag: 'shop.one' },
      { actor: 'token:on-call', flag: 'shop.two' },
    ]);
  });

  it('journals a kill of what its rollout had closed before', async () => {
    const flags = new FileFlagStore(bench.place.state);
    const seen = new Set<string>();
    await flags.kill('shop.one', 'rollout.stopped');
    await journalKills(bench.repository, seen);
    expect(await journalled()).toEqual([]);
    await flags.kill('shop.one', 'person:alice');
    await journalKills(bench.repository, seen);
    await journalKills(bench.repository, seen);
    expect(await journalled()).toEqual([{ actor: 'person:alice', flag: 'shop.one' }]);
  });

  it('journals no kill again that an older autoland journalled in its own way', async () => {
    await new FileFlagStore(bench.place.state).kill('shop.one', 'person:alice');
    await bench.repository.record('flag.killed', 'person:alice', { flag: 'shop.one' });
    await journalKills(bench.repository);
    expect(await journalled()).toHaveLength(1);
  });

  it('finds nothing to do where nothing was ever killed', async () => {
    await journalKills(bench.repository);
    expect(await journalled()).toEqual([]);
  });
});
