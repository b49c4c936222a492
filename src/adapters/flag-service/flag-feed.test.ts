import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FlagStage } from '../../testing/flag-stage.ts';
import { FlagFeed } from './flag-feed.ts';

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
    const changed = feed.changed(end.signal, 60_000);
    await stage.flags.kill('shop.n', 'person:alice');
    await changed;
    await feed.changed(end.signal, 1);
    const ended = feed.changed(end.signal, 60_000);
    end.abort();
    await ended;
    await feed.changed(end.signal, 60_000);
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
