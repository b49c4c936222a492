import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../testing/router-stage.ts';
import { Troubles } from '../runtime/troubles.ts';
import { Ramping } from './ramping.ts';
import type { Split, Told } from './split.ts';

const side = (digest: string) => ({ digest, addresses: [`http://${digest}:1`], flags: [] });
const closed: Split = { service: 'shop', stable: side('old'), exposed: null };
const open = (weight: number, nonce = 'n1'): Split => ({
  ...closed,
  exposed: { candidate: side('new'), flag: `shop.${nonce}`, nonce, weight },
});

type Limits = { readonly seconds?: number; readonly signal: AbortSignal };
type Call = {
  readonly told: Told;
  readonly limits: Limits;
  readonly answer: (changes?: object) => void;
  fail(): void;
};

/** A front door that answers when the test says so. */
class Door {
  readonly calls: Call[] = [];
  readonly troubles: string[] = [];
  readonly ramping: Ramping;

  constructor(renewMs?: number) {
    const call = (told: Told, limits: Limits) =>
      new Promise<never>((resolve, reject) => {
        limits.signal.addEventListener('abort', () => setTimeout(() => reject(new Error('given up')), 20));
        const { sequence, nonce, weight, stable, candidate } = told;
        const answer = (changes: object = {}) =>
          resolve({ sequence, nonce, weight, stable, candidate, ...changes } as never);
        this.calls.push({ told, limits, answer, fail: () => reject(new Error('no')) });
      });
    const troubles = new Troubles((message) => this.troubles.push(message));
    this.ramping = new Ramping({ call, troubles, ...(renewMs === undefined ? {} : { renewMs }) });
  }

  /** The call of that number, once it has come. */
  async call(at: number): Promise<Call> {
    await eventually(() => this.calls.length > at, `call ${at}`);
    return this.calls[at] as Call;
  }
}

let door: Door;
afterEach(() => door.ramping.close());

describe('a front door that is to have a split', () => {
  it('is told it once, and settles when it answers what was asked', async () => {
    door = new Door();
    door.ramping.want(closed);
    door.ramping.want({ ...closed });
    const { told, limits, answer } = await door.call(0);
    expect(told).toMatchObject({ service: 'shop', weight: 0, nonce: null, candidate: null, closesAt: null });
    expect(limits.seconds).toBe(10);
    expect(door.ramping.isSettled).toBe(false);
    answer();
    await door.ramping.settled();
    expect(door.ramping.known).toEqual(closed);
    expect(door.calls).toHaveLength(1);
  });

  it.each([
    ['another weight', { weight: 0.5 }],
    ['another nonce', { nonce: 'n0' }],
    ['another stable version', { stable: { digest: 'new', flags: [] } }],
    ['no candidate', { candidate: null }],
    ['other flags', { candidate: { digest: 'new', flags: ['price'] } }],
    ['an older sequence', { sequence: 1 }],
  ])('has not done it where it answers %s', async (_, changes) => {
    door = new Door();
    door.ramping.want(open(0.01));
    const settled = door.ramping.settled();
    (await door.call(0)).answer(changes);
    await expect(settled).rejects.toMatchObject({ code: 'command.failed' });
    expect(door.ramping.known).toBeUndefined();
    expect(door.troubles.join()).toMatch(/ramp was asked for .* and answered/);
    // It is asked again.
    (await door.call(1)).answer();
    await door.ramping.settled();
  });

  it('is told again and again to close until it does', async () => {
    door = new Door();
    door.ramping.want(open(0.01));
    (await door.call(0)).answer();
    await door.ramping.settled();
    door.ramping.want(closed);
    for (const at of [1, 2, 3]) (await door.call(at)).fail();
    expect(door.ramping.failure).toMatchObject({ message: 'no' });
    (await door.call(4)).answer();
    await eventually(() => door.ramping.isSettled, 'closed');
    expect(door.ramping.failure).toBeUndefined();
    expect(door.calls.slice(1).map(({ limits }) => limits.seconds)).toEqual([10, 20, 40, 80]);
    expect(door.troubles).toHaveLength(1);
    const sequences = door.calls.map(({ told }) => told.sequence);
    expect(sequences).toEqual([...new Set(sequences)].toSorted((a, b) => a - b));
  });

  it.each([
    ['before', 0],
    ['after', 60],
  ])(
    'is told to close at once while it still opens, and once more, having closed %s that has ended',
    async (_, ms) => {
      door = new Door();
      door.ramping.want(open(0.5));
      const opening = await door.call(0);
      door.ramping.want(closed);
      expect(opening.limits.signal.aborted).toBe(true);
      // Not after the opening has ended: with it.
      expect(door.calls).toHaveLength(2);
      await new Promise((resolve) => setTimeout(resolve, ms));
      (await door.call(1)).answer();
      // What the opening did may have come last.
      const again = await door.call(2);
      expect(again.told).toMatchObject({ weight: 0, candidate: null });
      again.answer();
      await eventually(() => door.ramping.isSettled, 'closed');
      expect(door.calls).toHaveLength(3);
      expect(door.troubles).toEqual([]);
    },
  );

  it('is told at once that a flag in the code is off, which was promoted and is killed', async () => {
    const on = { ...closed, stable: { ...closed.stable, flags: ['price'] } };
    door = new Door();
    door.ramping.want(on);
    const first = await door.call(0);
    door.ramping.want(closed);
    expect(first.limits.signal.aborted).toBe(true);
    expect((await door.call(1)).told.stable.flags).toEqual([]);
  });

  it('is not interrupted to expose more', async () => {
    door = new Door();
    door.ramping.want(open(0.01));
    const first = await door.call(0);
    door.ramping.want(open(0.1));
    expect(first.limits.signal.aborted).toBe(false);
    expect(door.calls).toHaveLength(1);
    first.answer();
    (await door.call(1)).answer();
    await door.ramping.settled();
    expect(door.ramping.known).toEqual(open(0.1));
  });

  it('hears of what it has again and again while users are exposed, so that it may close when it does not', async () => {
    door = new Door(50);
    door.ramping.want(open(0.01));
    (await door.call(0)).answer();
    (await door.call(1)).answer();
    const third = await door.call(2);
    const [first, last] = [door.calls[0]?.told.closesAt, third.told.closesAt];
    expect(Date.parse(last ?? '')).toBeGreaterThan(Date.parse(first ?? ''));
    third.answer();
    await door.ramping.settled();
    door.ramping.want(closed);
    (await door.call(3)).answer();
    await eventually(() => door.ramping.isSettled, 'closed');
    // It may have heard a call of one who is dead by now.
    const again = await door.call(4);
    expect(again.told).toMatchObject({ weight: 0, closesAt: null });
  });

  it('takes the sequence of a front door that is ahead, as after the clock was set back', async () => {
    door = new Door();
    door.ramping.want(closed);
    const ahead = Date.now() + 3_600_000;
    (await door.call(0)).answer({ sequence: ahead, stable: { digest: 'older', flags: [] } });
    const next = await door.call(1);
    expect(next.told.sequence).toBeGreaterThan(ahead);
    next.answer();
    await door.ramping.settled();
  });
});
