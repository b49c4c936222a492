import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Claim, Schedule, Signal } from '../../domain/journal.ts';
import { eventOf, type StoreUnderTest } from './journal.ts';
import { emptyModel, outboxCommands } from './outbox-model.ts';

export const signalOf = (change: string, key: string): Signal => ({
  change,
  name: 'kill',
  key,
  actor: 'person:alice',
  data: { why: key },
});

/** What every Outbox MUST do. `makeStore` opens an empty one. */
export function describeOutbox(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(`${name} as an outbox`, () => {
    let made: StoreUnderTest;
    beforeEach(async () => {
      made = await makeStore();
    });
    afterEach(async () => {
      await made.close();
    });

    describeClaims(() => made);
    describeLeases(() => made);
    describeSignals(() => made);
  });

  describe(`${name} against a model`, () => {
    it('never has two live leases of a change, nor an older fence, nor a signal taken twice, nor a gap', async () => {
      await fc.assert(
        fc.asyncProperty(outboxCommands(60), async (commands) => {
          const made = await makeStore();
          try {
            const other = await made.again();
            const real = { stores: [made.store, other] as const, clock: made.clock };
            await fc.asyncModelRun(() => ({ model: emptyModel(), real }), commands);
          } finally {
            await made.close();
          }
        }),
        { numRuns: 40 },
      );
    });
  });
}

async function schedule({ store }: StoreUnderTest, change: string, next: Schedule): Promise<void> {
  await store.append({ events: [], schedule: { change, next } });
}

async function mustClaim({ store }: StoreUnderTest, leaseMs = 1000): Promise<Claim> {
  const claim = await store.claim('one', leaseMs);
  if (claim === undefined) throw new Error('expected a change to be due');
  return claim;
}

function describeClaims(made: () => StoreUnderTest): void {
  it('claims nothing when nothing is due', async () => {
    const { store, clock } = made();
    expect(await store.claim('one', 1000)).toBeUndefined();
    await schedule(made(), 'chg_1', { kind: 'due', at: new Date(clock.now().getTime() + 10) });
    await schedule(made(), 'chg_2', { kind: 'signal', until: null });
    await schedule(made(), 'chg_3', { kind: 'never' });
    expect(await store.claim('one', 1000)).toBeUndefined();
    clock.advance(10);
    expect(await store.claim('one', 1000)).toEqual({ change: 'chg_1', fence: 1, holder: 'one' });
  });

  it('claims the change that has been due longest', async () => {
    const { store, clock } = made();
    const now = clock.now().getTime();
    await schedule(made(), 'chg_a', { kind: 'due', at: new Date(now - 1) });
    await schedule(made(), 'chg_b', { kind: 'due', at: new Date(now - 3) });
    await schedule(made(), 'chg_c', { kind: 'signal', until: new Date(now - 2) });
    const order = [
      await store.claim('one', 1000),
      await store.claim('two', 1000),
      await store.claim('one', 1000),
    ];
    expect(order.map((claim) => claim?.change)).toEqual(['chg_b', 'chg_c', 'chg_a']);
    expect(await store.claim('one', 1000)).toBeUndefined();
  });

  it('passes over the changes that it is told to', async () => {
    const { store, clock } = made();
    const now = clock.now().getTime();
    await schedule(made(), 'chg_a', { kind: 'due', at: new Date(now - 2) });
    await schedule(made(), 'chg_b', { kind: 'due', at: new Date(now - 1) });
    expect(await store.claim('one', 1000, new Set(['chg_a', 'chg_b', 'chg_x']))).toBeUndefined();
    expect(await store.claim('one', 1000, new Set(['chg_a']))).toMatchObject({ change: 'chg_b', fence: 1 });
    expect(await store.claim('one', 1000, new Set())).toMatchObject({ change: 'chg_a', fence: 1 });
  });

  it('gives one change to one of many who come at the same time', async () => {
    const { store, again, clock } = made();
    await schedule(made(), 'chg_1', { kind: 'due', at: clock.now() });
    const other = await again();
    const claims = await Promise.all([store, other, store, other].map((one) => one.claim('x', 1000)));
    expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
  });

  it('ends the lease with the schedule that its holder writes', async () => {
    const { store, clock } = made();
    await schedule(made(), 'chg_1', { kind: 'due', at: clock.now() });
    const claim = await mustClaim(made());
    const next = { kind: 'due', at: clock.now() } as const;
    await store.append({ events: [eventOf('stage.done')], claim, schedule: { change: 'chg_1', next } });
    await expect(store.append({ events: [], claim })).rejects.toMatchObject({ code: 'lease.lost' });
    await store.release(claim);
    expect((await mustClaim(made())).fence).toBe(2);
  });
}

function describeLeases(made: () => StoreUnderTest): void {
  it('lets a lease be taken over when it ends, on the monotonic clock, and not before', async () => {
    const { store, clock } = made();
    await schedule(made(), 'chg_1', { kind: 'due', at: clock.now() });
    const claim = await mustClaim(made());
    clock.advance(999);
    expect(await store.claim('two', 1000)).toBeUndefined();
    await store.renew(claim, 1000);
    clock.advance(999);
    expect(await store.claim('two', 1000)).toBeUndefined();
    clock.advance(1);
    expect(await store.claim('two', 1000)).toEqual({ change: 'chg_1', fence: 2, holder: 'two' });
    await expect(store.renew(claim, 1000)).rejects.toMatchObject({ code: 'lease.lost' });
  });

  it('voids every claim when a new holder takes over, for good', async () => {
    const { store, clock } = made();
    await schedule(made(), 'chg_1', { kind: 'due', at: clock.now() });
    await schedule(made(), 'chg_2', { kind: 'due', at: clock.now() });
    const claim = await mustClaim(made());
    expect(await store.takeOver()).toBe(1);
    expect(await store.takeOver()).toBe(0);
    await expect(store.renew(claim, 1000)).rejects.toMatchObject({ code: 'lease.lost' });
    await expect(store.append({ events: [], claim })).rejects.toMatchObject({ code: 'lease.lost' });
    const again = [await mustClaim(made()), await mustClaim(made())];
    expect(again.map(({ change }) => change)).toEqual(['chg_1', 'chg_2']);
    expect(again[0]?.fence).toBeGreaterThan(claim.fence);
    await expect(store.append({ events: [], claim })).rejects.toMatchObject({ code: 'lease.lost' });
  });

  it('does not let an older claim release a newer one', async () => {
    const { store, clock } = made();
    await schedule(made(), 'chg_1', { kind: 'due', at: clock.now() });
    const older = await mustClaim(made());
    clock.advance(1000);
    const newer = await mustClaim(made());
    await store.release(older);
    expect(await store.append({ events: [eventOf('a.made')], claim: newer })).toHaveLength(1);
    await store.release(newer);
    await expect(store.renew(newer, 1000)).rejects.toMatchObject({ code: 'lease.lost' });
    expect((await mustClaim(made())).fence).toBe(3);
    expect(await store.size()).toBe(1);
  });
}

function describeSignals(made: () => StoreUnderTest): void {
  it('journals a signal, wakes the change, and keeps it pending until it is taken in', async () => {
    const { store } = made();
    await schedule(made(), 'chg_1', { kind: 'signal', until: null });
    expect(await store.signal(signalOf('chg_1', 'k1'))).toBe(true);
    expect(await store.signal(signalOf('chg_1', 'k1'))).toBe(false);
    expect(await store.signal(signalOf('chg_2', 'k1'))).toBe(true);
    expect(await store.read({ change: 'chg_1' })).toMatchObject([
      {
        type: 'signal.received',
        actor: 'person:alice',
        data: { name: 'kill', key: 'k1', data: { why: 'k1' } },
      },
    ]);
    expect(await store.signal(signalOf('chg_1', 'k0'))).toBe(true);
    expect(await store.pending('chg_1')).toEqual([signalOf('chg_1', 'k1'), signalOf('chg_1', 'k0')]);
    const claim = await mustClaim(made());
    await store.append({
      events: [eventOf('kill.done', 'chg_1')],
      claim,
      consumes: [{ change: 'chg_1', key: 'k1' }],
    });
    expect(await store.pending('chg_1')).toEqual([signalOf('chg_1', 'k0')]);
    expect(await store.signal(signalOf('chg_1', 'k1'))).toBe(false);
  });

  it('refuses to take a signal in twice', async () => {
    const { store } = made();
    await store.signal(signalOf('chg_1', 'k'));
    const write = { events: [eventOf('a.made')], consumes: [{ change: 'chg_1', key: 'k' }] };
    await store.append(write);
    await expect(store.append(write)).rejects.toThrow('not pending');
    expect(await store.size()).toBe(2);
  });

  it('runs a change at once when a signal came while its stage ran, and does not run hot on one that it leaves pending', async () => {
    const { store, clock } = made();
    await schedule(made(), 'chg_1', { kind: 'due', at: clock.now() });
    const first = await mustClaim(made());
    await store.signal(signalOf('chg_1', 'k'));
    const later = { kind: 'due', at: new Date(clock.now().getTime() + 60_000) } as const;
    await store.append({ events: [], claim: first, schedule: { change: 'chg_1', next: later } });
    const second = await mustClaim(made());
    await store.append({ events: [], claim: second, schedule: { change: 'chg_1', next: later } });
    expect(await store.claim('one', 1000)).toBeUndefined();
    await store.signal(signalOf('chg_1', 'k2'));
    expect((await mustClaim(made())).change).toBe('chg_1');
  });
}
