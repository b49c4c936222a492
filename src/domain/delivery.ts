import type { Delivery } from './notification.ts';

/** How far one receiver has been told, and how that goes; kept in the state directory. */
export type DeliveryState = {
  /** Journal index of the next entry to look at: everything before it is told, or given up. */
  readonly next: number;
  /** Of the entry at `next`: the ids of its notifications that are told, or given up. An entry may have several. */
  readonly told: readonly string[];
  /** Attempts at the next notification that came to nothing. */
  readonly attempts: number;
  /** RFC 3339; null: at once. */
  readonly notBefore: string | null;
  readonly lastDeliveredAt: string | null;
  /** Why the last attempt came to nothing; null: it did not, or there was none. */
  readonly trouble: { readonly at: string; readonly why: string } | null;
  /** Notifications that the receiver never got, since the beginning. */
  readonly givenUp: number;
  readonly lastGivenUp: { readonly at: string; readonly id: string; readonly why: string } | null;
};

export function freshDelivery(next: number): DeliveryState {
  const none = { lastDeliveredAt: null, trouble: null, givenUp: 0, lastGivenUp: null };
  return { next, told: [], attempts: 0, notBefore: null, ...none };
}

const pauseMs = { first: 1_000, most: 300_000 };
/** A receiver that refuses one notification may be about to be mended; one that goes on refusing must not hold up the others. */
const mostRefusals = 3;
/** What failed for so long is news to nobody. */
export const giveUpAfterMs = 24 * 60 * 60 * 1000;

export type Attempt = {
  readonly id: string;
  /** When it happened, not when it was first tried. RFC 3339. */
  readonly of: string;
  readonly delivery: Delivery;
  readonly now: Date;
};

/** What stands after one attempt. */
export function afterAttempt(state: DeliveryState, attempt: Attempt): DeliveryState {
  const { delivery, now } = attempt;
  if (delivery.kind === 'delivered') {
    const lastDeliveredAt = now.toISOString();
    return { ...state, ...moved(state, attempt.id), trouble: null, lastDeliveredAt };
  }
  const attempts = state.attempts + 1;
  const trouble = { at: now.toISOString(), why: delivery.why };
  const isOver = delivery.kind === 'refused' ? attempts >= mostRefusals : isTooOld(attempt.of, now);
  if (isOver) return givenUp({ ...state, trouble }, attempt, delivery.why);
  const pause = Math.min(pauseMs.most, pauseMs.first * 2 ** Math.min(state.attempts, 20));
  const asked = delivery.kind === 'failed' ? (delivery.afterMs ?? 0) : 0;
  const wait = Math.max(pause, Math.min(asked, pauseMs.most));
  return { ...state, attempts, trouble, notBefore: new Date(now.getTime() + wait).toISOString() };
}

/** A backlog behind a receiver that has been away for a day: only what is still news is tried. */
export function isGivenUpUntried(state: DeliveryState, of: string, now: Date): boolean {
  return state.trouble !== null && isTooOld(of, now);
}

export function givenUp(
  state: DeliveryState,
  { id, now }: Pick<Attempt, 'id' | 'now'>,
  why: string,
): DeliveryState {
  const lastGivenUp = { at: now.toISOString(), id, why };
  return { ...state, ...moved(state, id), givenUp: state.givenUp + 1, lastGivenUp };
}

/** On to the next entry. */
export function passed(state: DeliveryState, next: number): DeliveryState {
  return { ...state, next, told: [], attempts: 0, notBefore: null };
}

function moved({ told }: DeliveryState, id: string) {
  return { told: [...told, id], attempts: 0, notBefore: null };
}

function isTooOld(of: string, now: Date): boolean {
  return now.getTime() - Date.parse(of) > giveUpAfterMs;
}
