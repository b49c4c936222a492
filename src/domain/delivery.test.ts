import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterAttempt,
  type DeliveryState,
  freshDelivery,
  giveUpAfterMs,
  isGivenUpUntried,
} from './delivery.ts';
import type { Delivery } from './notification.ts';

const t0 = Date.UTC(2026, 0, 1);
const iso = (ms: number) => new Date(t0 + ms).toISOString();
const tried = (state: DeliveryState, delivery: Delivery, ms: number) =>
  afterAttempt(state, { id: 'n', of: iso(0), delivery, now: new Date(t0 + ms) });
const failed: Delivery = { kind: 'failed', why: 'away' };
const refused: Delivery = { kind: 'refused', why: 'no' };

describe('a delivery', () => {
  it('that worked is remembered, and clears the trouble', () => {
    const state = tried(tried(freshDelivery(3), failed, 0), { kind: 'delivered' }, 5_000);
    expect(state).toMatchObject({ next: 3, told: ['n'], attempts: 0, notBefore: null, trouble: null });
    expect(state.lastDeliveredAt).toBe(iso(5_000));
  });

  it('that fails is tried again ever more seldom, for a day', () => {
    let state = freshDelivery(0);
    let ms = 0;
    const pauses: number[] = [];
    while (state.givenUp === 0) {
      state = tried(state, failed, ms);
      if (state.notBefore === null) break;
      const next = Date.parse(state.notBefore) - t0;
      pauses.push(next - ms);
      ms = next;
    }
    expect(pauses.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(Math.max(...pauses)).toBe(300_000);
    expect(ms).toBeGreaterThan(giveUpAfterMs);
    expect(ms).toBeLessThan(giveUpAfterMs + 600_001);
    expect(state).toMatchObject({ givenUp: 1, told: ['n'], lastGivenUp: { why: 'away' } });
  });

  it('that is refused is given up soon: it must not hold up what follows', () => {
    let state = freshDelivery(0);
    for (let at = 0; at < 3; at += 1) state = tried(state, refused, at * 10_000);
    expect(state).toMatchObject({ givenUp: 1, told: ['n'], notBefore: null, trouble: { why: 'no' } });
  });

  it('waits for as long as it is asked to, and no longer than five minutes', () => {
    const asked = (afterMs: number) => tried(freshDelivery(0), { ...failed, afterMs }, 0).notBefore;
    expect(asked(60_000)).toBe(iso(60_000));
    expect(asked(99_999_000)).toBe(iso(300_000));
    expect(asked(0)).toBe(iso(1_000));
  });

  it('of old news behind a receiver that is away is not tried', () => {
    const away = tried(freshDelivery(0), failed, giveUpAfterMs + 1);
    expect(isGivenUpUntried(away, iso(0), new Date(t0 + giveUpAfterMs + 2))).toBe(true);
    expect(isGivenUpUntried(away, iso(giveUpAfterMs), new Date(t0 + giveUpAfterMs + 2))).toBe(false);
    expect(isGivenUpUntried(freshDelivery(0), iso(0), new Date(t0 + giveUpAfterMs + 2))).toBe(false);
  });

  it('property: is never lost and never endless: it is told, or given up, or waits for at most five minutes', () => {
    const outcome = fc.oneof(
      fc.constant<Delivery>(failed),
      fc.constant<Delivery>(refused),
      fc.constant<Delivery>({ kind: 'delivered' }),
      fc.nat(10_000_000).map((afterMs): Delivery => ({ ...failed, afterMs })),
    );
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 40 }), fc.nat(2 * giveUpAfterMs), (outcomes, ms) => {
        const end = outcomes.reduce((state, one) => tried(state, one, ms), freshDelivery(0));
        const waits = end.notBefore === null ? 0 : Date.parse(end.notBefore) - t0 - ms;
        const isDone = (one: Delivery | undefined) => one?.kind === 'delivered';
        expect(waits).toBeLessThanOrEqual(300_000);
        if (isDone(outcomes.at(-1))) expect(end.notBefore).toBeNull();
        expect(end.told.length).toBe(end.givenUp + outcomes.filter(isDone).length);
      }),
    );
  });
});
