import type { DeliveryFiles } from '../../adapters/notify/delivery-file.ts';
import {
  afterAttempt,
  type DeliveryState,
  freshDelivery,
  givenUp,
  isGivenUpUntried,
  passed,
} from '../../domain/delivery.ts';
import type { Entry } from '../../domain/journal.ts';
import type { Notification, NotifiedJudge } from '../../domain/notification.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Journal } from '../../ports/journal.ts';
import type { Receiver } from '../../ports/receiver.ts';
import { measureTypes } from '../../views/judge-standing.ts';
import { mayBeTold, notificationsOf, notifiedTypes } from '../../views/notifications.ts';
import { mayTakeStanding, standingLostBy } from '../../views/standing-lost.ts';
import { incidentsEndedBy } from './incidents.ts';

export type TellerParts = {
  readonly journal: Pick<Journal, 'read' | 'size'>;
  readonly files: DeliveryFiles;
  readonly clock: Pick<Clock, 'now'>;
};

/** Entries that are read at once: what waits to be told is the journal itself, and never in memory. */
const window = 500;

/**
 * Tells receivers what the journal says, one notification after the other, each at least once. How far one was told is on disk
 * before the next is told; what was told and not noted, because the process was killed in between, is told again under the same id.
 */
export class Teller {
  readonly #parts: TellerParts;
  /** What is on disk, and how far it was read since: to write at each entry that nobody is told of would wear the disk out. */
  readonly #states = new Map<string, DeliveryState>();

  constructor(parts: TellerParts) {
    this.#parts = parts;
  }

  /** Tells one receiver all that is due. Ends at the first thing that must wait. */
  async tell(receiver: Receiver, signal?: AbortSignal): Promise<void> {
    const size = await this.#parts.journal.size();
    let state = this.#begin(receiver.name, size);
    if (isTooEarly(state, this.#parts.clock.now())) return;
    while (state.next < size) {
      const to = Math.min(size, state.next + window);
      const entries = await this.#parts.journal.read({ from: state.next, to, types: notifiedTypes });
      for (const entry of entries.filter(mayBeTold)) {
        state = await this.#tellEntry(receiver, { ...state, ...atEntry(state, entry) });
        if (state.notBefore !== null || signal?.aborted === true) return;
        state = this.#keep(receiver.name, passed(state, entry.index + 1));
      }
      state = this.#keep(receiver.name, passed(state, to));
    }
  }

  /** A receiver that is new hears what happens from now on. A journal that was restored is shorter than what was told. */
  #begin(name: string, size: number): DeliveryState {
    const known = this.#states.get(name) ?? this.#parts.files.read(name);
    if (known !== undefined && known.next <= size) return known;
    const state = known === undefined ? freshDelivery(size) : passed(known, size);
    return this.#save(name, state);
  }

  async #tellEntry(receiver: Receiver, from: DeliveryState): Promise<DeliveryState> {
    let state = from;
    for (const notification of await this.#notifications(state.next)) {
      if (state.told.includes(notification.id) || !receiver.wants(notification)) continue;
      state = this.#save(receiver.name, await this.#attempt(receiver, notification, state));
      if (state.notBefore !== null) return state;
    }
    return { ...state, notBefore: null };
  }

  async #attempt(
    receiver: Receiver,
    { id, at, ...rest }: Notification,
    state: DeliveryState,
  ): Promise<DeliveryState> {
    const now = this.#parts.clock.now();
    if (isGivenUpUntried(state, at, now)) return givenUp(state, { id, now }, 'it was a day old');
    const delivery = await receiver.deliver({ id, at, ...rest });
    return afterAttempt(state, { id, of: at, delivery, now: this.#parts.clock.now() });
  }

  async #notifications(index: number): Promise<readonly Notification[]> {
    const { journal } = this.#parts;
    const [entry] = await journal.read({ from: index, to: index + 1 });
    if (entry === undefined) return [];
    const entries =
      entry.change === undefined ? [] : await journal.read({ change: entry.change, to: index + 1 });
    const [ends, unseats] = [await incidentsEndedBy(journal, entry), await this.#unseatedBy(entry)];
    return notificationsOf(entry, { entries, ends, unseats });
  }

  async #unseatedBy(entry: Entry): Promise<NotifiedJudge | undefined> {
    if (!mayTakeStanding(entry)) return undefined;
    const before = await this.#parts.journal.read({ types: measureTypes, to: entry.index });
    return standingLostBy(entry, before);
  }

  #keep(name: string, state: DeliveryState): DeliveryState {
    this.#states.set(name, state);
    return state;
  }

  #save(name: string, state: DeliveryState): DeliveryState {
    this.#parts.files.write(name, state);
    return this.#keep(name, state);
  }
}

function isTooEarly({ notBefore }: DeliveryState, now: Date): boolean {
  return notBefore !== null && now < new Date(notBefore);
}

/** What was tried before belongs to the entry it was tried for. */
function atEntry(state: DeliveryState, { index }: Entry): Partial<DeliveryState> {
  return state.next === index ? {} : passed(state, index);
}
