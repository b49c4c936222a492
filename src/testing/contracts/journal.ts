import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewEvent } from '../../domain/journal.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Journal, Outbox } from '../../ports/journal.ts';

/** Clocks that a test moves. */
export type ManualClock = Clock & { advance(ms: number): void };

export function manualClock(): ManualClock {
  let elapsed = 0;
  return {
    now: () => new Date(Date.UTC(2026, 0, 1) + elapsed),
    monotonicMs: () => 5_000 + elapsed,
    advance: (ms) => {
      elapsed += ms;
    },
  };
}

export type StoreUnderTest = {
  readonly store: Journal & Outbox;
  readonly clock: ManualClock;
  /** A second opening of the same journal, as another process would have it. */
  again(): Promise<Journal & Outbox>;
  close(): Promise<void>;
};

export const eventOf = (type: string, change?: string): NewEvent => ({
  type,
  ...(change === undefined ? {} : { change }),
  actor: 'pipeline',
  data: { what: type },
});

/** What every Journal MUST do. `makeStore` opens an empty one. */
export function describeJournal(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(`${name} as a journal`, () => {
    let made: StoreUnderTest;
    beforeEach(async () => {
      made = await makeStore();
    });
    afterEach(async () => {
      await made.close();
    });

    describeAppending(() => made);
    describeReading(() => made);
    describeGuardedAppending(() => made);
  });
}

function describeAppending(made: () => StoreUnderTest): void {
  it('begins empty, and gives dense indexes from 0 with the time of the clock', async () => {
    const { store, clock } = made();
    expect(await store.size()).toBe(0);
    expect(await store.read()).toEqual([]);
    const first = await store.append({ events: [eventOf('a.made'), eventOf('b.made', 'chg_1')] });
    clock.advance(1500);
    const second = await store.append({ events: [eventOf('c.made')] });
    expect([...first, ...second]).toEqual([
      { ...eventOf('a.made'), index: 0, at: '2026-01-01T00:00:00.000Z' },
      { ...eventOf('b.made', 'chg_1'), index: 1, at: '2026-01-01T00:00:00.000Z' },
      { ...eventOf('c.made'), index: 2, at: '2026-01-01T00:00:01.500Z' },
    ]);
    expect(await store.read()).toEqual([...first, ...second]);
    expect(await store.size()).toBe(3);
  });

  it('keeps the indexes dense over two openings and concurrent calls', async () => {
    const { store, again } = made();
    const other = await again();
    const writes = Array.from({ length: 20 }, (_, at) =>
      (at % 2 ? store : other).append({ events: [eventOf(`a.n${at}`), eventOf(`b.n${at}`)] }),
    );
    const written = (await Promise.all(writes)).flat();
    expect(written.map(({ index }) => index).sort((a, b) => a - b)).toEqual(written.map((_, at) => at));
    expect(await store.read()).toEqual([...written].sort((a, b) => a.index - b.index));
  });

  it('writes all events of a call, or none', async () => {
    const { store } = made();
    const bad: NewEvent = { ...eventOf('b.made'), data: { number: Number.NaN } };
    await expect(store.append({ events: [eventOf('a.made'), bad] })).rejects.toThrow(TypeError);
    const large: NewEvent = { ...eventOf('b.made'), data: { text: 'x'.repeat(70_000) } };
    await expect(store.append({ events: [eventOf('a.made'), large] })).rejects.toMatchObject({
      code: 'journal.too-large',
    });
    expect(await store.size()).toBe(0);
    expect((await store.append({ events: [eventOf('c.made')] }))[0]?.index).toBe(0);
  });

  it('takes thousands of events in one call', async () => {
    const { store } = made();
    const entries = await store.append({
      events: Array.from({ length: 6000 }, (_, at) => eventOf(`a.n${at}`)),
    });
    expect(entries.at(-1)).toMatchObject({ index: 5999, type: 'a.n5999' });
    expect(await store.size()).toBe(6000);
  });
}

function describeReading(made: () => StoreUnderTest): void {
  it('reads by range, change and type, in index order', async () => {
    const { store } = made();
    await store.append({
      events: [
        eventOf('a.made', 'chg_1'),
        eventOf('b.made', 'chg_2'),
        eventOf('a.made', 'chg_2'),
        eventOf('c.made'),
      ],
    });
    const indexes = async (range: Parameters<Journal['read']>[0]): Promise<number[]> =>
      (await store.read(range)).map(({ index }) => index);
    expect(await indexes({ from: 1, to: 3 })).toEqual([1, 2]);
    expect(await indexes({ from: 4 })).toEqual([]);
    expect(await indexes({ change: 'chg_2' })).toEqual([1, 2]);
    expect(await indexes({ types: ['a.made', 'c.made'] })).toEqual([0, 2, 3]);
    expect(await indexes({ types: [] })).toEqual([]);
    expect(await indexes({ change: 'chg_2', types: ['a.made'], from: 1, to: 9 })).toEqual([2]);
    expect(await indexes({ change: "' OR 1=1 --" })).toEqual([]);
  });

  it('gives back data as it was written', async () => {
    const { store } = made();
    const data = { text: 'é\u0000"\\', nested: [{ __proto__: null, deep: [1.5, null, true] }], n: 2 ** 53 };
    await store.append({ events: [{ type: 'a.made', actor: 'gate', data }] });
    expect((await store.read())[0]?.data).toEqual(data);
  });
}

function describeGuardedAppending(made: () => StoreUnderTest): void {
  it('writes what is keyed by `once` a single time', async () => {
    const { store } = made();
    const next = { kind: 'due', at: new Date(0) } as const;
    expect(await store.append({ events: [eventOf('a.made')], once: 'k' })).toHaveLength(1);
    const repeated = store.append({
      events: [eventOf('a.made')],
      once: 'k',
      schedule: { change: 'chg_1', next },
    });
    expect(await repeated).toEqual([]);
    expect(await store.size()).toBe(1);
    expect(await store.claim('worker', 1000)).toBeUndefined();
  });

  it('gives the `once` key to one of two who come at the same time', async () => {
    const { store, again } = made();
    const other = await again();
    const both = [store, other].map((one) => one.append({ events: [eventOf('a.made')], once: 'k' }));
    expect((await Promise.all(both)).map(({ length }) => length).sort()).toEqual([0, 1]);
  });

  it('rejects a claim whose lease has ended or was taken over, and writes nothing', async () => {
    const { store, clock } = made();
    await store.append({ events: [], schedule: { change: 'chg_1', next: { kind: 'due', at: clock.now() } } });
    const claim = await store.claim('one', 1000);
    if (claim === undefined) throw new Error('expected a claim');
    expect(await store.append({ events: [eventOf('a.made')], claim })).toHaveLength(1);
    clock.advance(1000);
    const late = { events: [eventOf('b.made')], claim, once: 'k' };
    await expect(store.append(late)).rejects.toMatchObject({ code: 'lease.lost' });
    const newer = await store.claim('two', 1000);
    expect(newer?.fence).toBe(claim.fence + 1);
    await expect(store.append(late)).rejects.toMatchObject({ code: 'lease.lost' });
    await expect(store.append({ events: [], claim: { ...claim, fence: 2 } })).rejects.toMatchObject({
      code: 'lease.lost',
    });
    expect(await store.size()).toBe(1);
    expect(await store.append({ events: [eventOf('b.made')], once: 'k' })).toHaveLength(1);
  });
}
