import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Proposal } from '../domain/change.ts';
import { StageBench, sampleProposal } from '../testing/stage-bench.ts';
import { submit } from './submit.ts';

let bench: StageBench;
beforeEach(async () => {
  bench = await StageBench.open({ ...sampleProposal, head: '1'.repeat(40) });
});
afterEach(() => bench.close());

const hand = async (over: Partial<Proposal>) => {
  const ports = { journal: bench.store, outbox: bench.store, clock: bench.clock };
  return submit(ports, await bench.ledger(), { ...sampleProposal, ...over }, 'agent:dependency');
};
const signalled = async () =>
  (await bench.store.read({ types: ['signal.received'] })).map(({ change, data }) => [change, data.name]);

describe('submit', () => {
  it('takes the same source and head twice for one change', async () => {
    const again = await hand({ head: '1'.repeat(40), title: 'another title' });
    expect(again).toEqual({ change: bench.id, isNew: false, supersedes: [] });
    expect(await bench.store.size()).toBe(1);
  });

  it('takes in a title that was cut in the middle of a character', async () => {
    const { change } = await hand({ head: '3'.repeat(40), title: 'Mend \ud83d', record: { of: ['\ud83d'] } });
    const proposal = (await bench.ledger()).changes.get(change)?.proposal;
    expect(proposal).toMatchObject({ title: 'Mend \ufffd', record: { of: ['\ufffd'] } });
  });

  it('makes a change of the same head by another source, beside the first', async () => {
    const other = await hand({ head: '1'.repeat(40), source: 'person:alice' });
    expect(other).toMatchObject({ isNew: true, supersedes: [] });
    expect(other.change).not.toBe(bench.id);
  });

  it('tells the earlier head of the same source and ref that it is superseded, once', async () => {
    const second = await hand({ head: '2'.repeat(40) });
    expect(second).toMatchObject({ isNew: true, supersedes: [bench.id] });
    await hand({ head: '2'.repeat(40) });
    expect(await signalled()).toEqual([[bench.id, 'superseded']]);
    expect((await bench.store.pending(bench.id))[0]?.data).toEqual({ by: second.change });
  });

  it('never lets an old head that is handed in again supersede the newer one', async () => {
    await hand({ head: '2'.repeat(40) });
    expect(await hand({ head: '1'.repeat(40) })).toEqual({ change: bench.id, isNew: false, supersedes: [] });
    expect(await signalled()).toEqual([[bench.id, 'superseded']]);
  });

  it.each<[string, Partial<Proposal>]>([
    ['another ref', { ref: 'refs/heads/autoland/other' }],
    ['another source', { source: 'person:bob' }],
  ])('leaves changes of %s alone', async (_what, over) => {
    expect((await hand({ head: '2'.repeat(40), ...over })).supersedes).toEqual([]);
  });

  it('leaves a change alone that is merged or concluded', async () => {
    const none = {} as never;
    const merged = { commit: 'a', onto: 'b' };
    await bench.given({ classify: none, guardrails: none, judge: none, policy: none, merge: merged });
    expect((await hand({ head: '2'.repeat(40) })).supersedes).toEqual([]);
  });

  it('makes the change due, and a change that waits too when it is superseded', async () => {
    const claim = await bench.store.claim('test', 1000);
    if (claim === undefined) throw new Error('the first is due');
    await bench.store.append({
      events: [],
      claim,
      schedule: { change: bench.id, next: { kind: 'signal', until: null } },
    });
    const { change } = await hand({ head: '2'.repeat(40) });
    const due = [await bench.store.claim('test', 1000), await bench.store.claim('test', 1000)];
    expect(new Set(due.map((one) => one?.change))).toEqual(new Set([bench.id, change]));
  });
});
