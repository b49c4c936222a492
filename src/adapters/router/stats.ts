import type { Arm, Outcome } from '../../domain/rollout-tally.ts';

/** How many of the last requests the latency figures are taken over. */
const SAMPLES = 4096;

export type RouterStats = {
  readonly active: number;
  readonly requests: Readonly<Record<Arm, number>>;
  /** Requests that an arm answered with an error, or did not answer. */
  readonly errors: Readonly<Record<Arm, Readonly<Record<'server-error' | 'client-error', number>>>>;
  readonly clientGone: number;
  readonly retries: number;
  readonly unrouted: number;
  /** Milliseconds that the router itself spent on a request; null: none yet. */
  readonly addedMs: { readonly p50: number; readonly p99: number } | null;
};

/** Counts of requests, since the start of the process. */
export class Stats {
  readonly #requests = { canary: 0, baseline: 0 };
  readonly #errors = {
    canary: { 'server-error': 0, 'client-error': 0 },
    baseline: { 'server-error': 0, 'client-error': 0 },
  };
  readonly #added: number[] = [];
  #next = 0;
  #clientGone = 0;
  retries = 0;
  unrouted = 0;

  request(arm: Arm): void {
    this.#requests[arm] += 1;
  }

  ended(arm: Arm, outcome: Outcome): void {
    if (outcome === 'client-gone') this.#clientGone += 1;
    else if (outcome !== 'ok') this.#errors[arm][outcome] += 1;
  }

  added(ms: number): void {
    this.#added[this.#next % SAMPLES] = ms;
    this.#next += 1;
  }

  snapshot(active: number): RouterStats {
    const sorted = this.#added.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
    return {
      active,
      requests: { ...this.#requests },
      errors: structuredClone(this.#errors),
      clientGone: this.#clientGone,
      retries: this.retries,
      unrouted: this.unrouted,
      addedMs: sorted.length === 0 ? null : { p50: at(0.5), p99: at(0.99) },
    };
  }
}
