import { normal } from '../support/normal.ts';
import { type Background, background, type Fault, requestsPerSecond, users } from './setting.ts';

/** mulberry32: 32 bits of state, good enough for coins and gaps. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

export type Habit = { readonly share: number; readonly fails: number };

/** 20,000 users with lognormal habits (sigma 1.5): the busiest come every second, most every few minutes. */
export class Crowd {
  readonly #random: () => number;
  readonly #cumulative = new Float64Array(users);
  readonly #fails = new Float32Array(users);
  /** Of each cell, as many as there are users: the first user whose cumulated rate is not below where it begins. */
  readonly #guide = new Uint16Array(users);
  /** Uniform in [0, 1): the canary's are those below the weight. */
  readonly bucket = new Float64Array(users);

  constructor(random: () => number, { proneUsers, proneFails, othersFail }: Background = background) {
    this.#random = random;
    let total = 0;
    for (let user = 0; user < users; user++) {
      total += Math.exp(1.5 * normal(random));
      this.#cumulative[user] = total;
      this.#fails[user] = random() < proneUsers ? proneFails : othersFail;
      this.bucket[user] = random();
    }
    for (let cell = 0, user = 0; cell < users; cell++) {
      while ((this.#cumulative[user] ?? Infinity) < (cell / users) * total) user++;
      this.#guide[cell] = user;
    }
  }

  gap(): number {
    return -Math.log(1 - this.#random()) / requestsPerSecond;
  }

  /** The user of the next request, by the cumulated rates. */
  pick(): number {
    const uniform = this.#random();
    const target = uniform * (this.#cumulative[users - 1] ?? 0);
    let user = this.#guide[Math.floor(uniform * users)] ?? 0;
    while (user < users - 1 && (this.#cumulative[user] ?? 0) <= target) user++;
    return user;
  }

  /** The canary's users: each one's share of all requests, and of these what fails on any day. */
  exposed(weight: number): readonly Habit[] {
    const all = this.#cumulative[users - 1] ?? 1;
    const habits: Habit[] = [];
    for (let user = 0, before = 0; user < users; user++) {
      const until = this.#cumulative[user] ?? 0;
      if ((this.bucket[user] ?? 1) < weight)
        habits.push({ share: (until - before) / all, fails: this.#fails[user] ?? 0 });
      before = until;
    }
    return habits;
  }

  /** Of all requests. */
  failingShare(): number {
    let share = 0;
    for (let user = 0, before = 0; user < users; user++) {
      const until = this.#cumulative[user] ?? 0;
      share += (until - before) * (this.#fails[user] ?? 0);
      before = until;
    }
    return share / (this.#cumulative[users - 1] ?? 1);
  }

  /** How many users so many requests come from, in expectation. */
  usersOf(requests: number): number {
    const all = this.#cumulative[users - 1] ?? 1;
    let met = 0;
    for (let user = 0, before = 0; user < users; user++) {
      const until = this.#cumulative[user] ?? 0;
      met += 1 - Math.exp((-requests * (until - before)) / all);
      before = until;
    }
    return met;
  }

  failsAnyway(user: number): boolean {
    return this.#random() < (this.#fails[user] ?? 0);
  }

  spoiled(fault: Fault): boolean {
    return this.#random() < fault.fails;
  }
}
