/** Seconds' worth of requests that may come at once: clients come again together after a restart. */
const BURST_SECONDS = 10;
/** Clients that are told apart; beyond it those that were quiet longest start full again. */
const REMEMBERED = 10_000;

type Bucket = { left: number; at: number };

/** A token bucket for each client: so many requests a second, and a burst. */
export class Rate {
  readonly #perSecond: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** `now`: a monotonic clock, in milliseconds. */
  constructor(perSecond: number, now: () => number = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#now = now;
  }

  /** 0: go on; else the seconds after which to try again. */
  take(client: string): number {
    const full = this.#perSecond * BURST_SECONDS;
    const now = this.#now();
    const known = this.#buckets.get(client) ?? { left: full, at: now };
    const left = Math.min(full, known.left + ((now - known.at) / 1000) * this.#perSecond);
    this.#buckets.delete(client);
    this.#buckets.set(client, { left: left < 1 ? left : left - 1, at: now });
    if (this.#buckets.size > REMEMBERED) this.#buckets.delete([...this.#buckets.keys()][0] ?? '');
    return left < 1 ? Math.max(1, Math.ceil((1 - left) / this.#perSecond)) : 0;
  }
}
