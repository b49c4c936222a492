import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FlagStage } from '../../testing/flag-stage.ts';
import { type Asking, FlagFeed } from './flag-feed.ts';

let stage: FlagStage;
let feed: FlagFeed;
beforeEach(async () => {
  stage = new FlagStage();
  await stage.flags.write('shop.n', 0.5, 0);
  feed = new FlagFeed(stage.layout, { files: [], onLook: () => false });
});
afterEach(async () => {
  feed.close();
  await stage.close();
});

describe('FlagFeed', () => {
  it('counts what changes for clients, and nothing else', async () => {
    const { flags } = feed.current;
    const { revision } = feed;
    feed.look();
    expect(feed.revision).toBe(revision);
    // The same object: whoever evaluates need not begin anew.
    expect(feed.current.flags).toBe(flags);
    await stage.flags.kill('shop.n', 'person:alice');
    feed.look();
    expect(feed.revision).toBe(revision + 1);
  });

  it('wakes who waits: by a change, the end of the wait, or an end of the stream', async () => {
    const end = new AbortController();
    const changed = feed.changed(end.signal, 60_000, 'nothing');
    await stage.flags.kill('shop.n', 'person:alice');
    await changed;
    await feed.changed(end.signal, 1, 'nothing');
    const ended = feed.changed(end.signal, 60_000, 'nothing');
    end.abort();
    await ended;
    await feed.changed(end.signal, 60_000, 'nothing');
  });

  it('wakes many a few at a time, and last those who then ask', async () => {
    const end = new AbortController();
    const woken: Asking[] = [];
    const wait = (asking: Asking) => feed.changed(end.signal, 60_000, asking).then(() => woken.push(asking));
    const each: Asking[] = ['at-once', 'nothing', 'later'];
    const all = Promise.all(each.flatMap((asking) => Array.from({ length: 40 }, () => wait(asking))));
    await stage.flags.kill('shop.n', 'person:alice');
    feed.look();
    await Promise.resolve();
    expect(woken.length).toBeGreaterThan(0);
    expect(woken.length).toBeLessThan(40);
    // Another change meanwhile wakes nobody twice, and forgets nobody.
    await stage.flags.write('shop.m', 0.5, 0);
    feed.look();
    await all;
    expect(woken).toEqual(each.toReversed().flatMap((asking) => Array.from({ length: 40 }, () => asking)));
  });

  it('makes once what many ask for, and forgets it with the revision', async () => {
    let made = 0;
    const ask = () => feed.once('set', () => ++made);
    expect([ask(), ask()]).toEqual([1, 1]);
    await stage.flags.kill('shop.n', 'person:alice');
    feed.look();
    expect(ask()).toBe(2);
  });

  it('keeps no end of what clients make up', () => {
    for (let n = 0; n < 2_000; n++) feed.once(`set ${n}`, () => n);
    let made = 0;
    for (let n = 0; n < 2_000; n++) feed.once(`set ${n}`, () => ++made);
    expect(made).toBe(1_000);
  });
});
