import type { Observation, Totals } from './rollout.ts';

/** Whole seconds that are kept. */
const KEPT = 900;
/** … and of which each observation tells. */
const RECENT = 120;
/** The level before a rollout is taken over at most this many, and from at least this many. */
const BEFORE_MOST = 60;
const BEFORE_LEAST = 10;

type Second = { readonly users: number; readonly failingUsers: number };

/**
 * Distinct users and failing users by whole second, all arms together. Every time is Unix milliseconds, passed in;
 * a clock that steps back goes on counting into the newest second.
 */
export class Seconds {
  readonly #past = new Map<number, Second>();
  #first: number | undefined;
  #now = 0;
  #users = new Set<string>();
  #failing = new Set<string>();
  /** Whom somebody else has counted. */
  #others: Second = { users: 0, failingUsers: 0 };

  answered(user: string, failed: boolean, atMs: number): void {
    this.#roll(atMs);
    this.#first ??= this.#now;
    this.#users.add(user);
    if (failed) this.#failing.add(user);
  }

  /** So many, of whom nobody told who they are. */
  counted({ users, failingUsers }: Second, atMs: number): void {
    this.#roll(atMs);
    this.#first ??= this.#now;
    this.#others = {
      users: this.#others.users + users,
      failingUsers: this.#others.failingUsers + failingUsers,
    };
  }

  /** The complete seconds since the first traffic, quiet ones too, oldest first. */
  recent(atMs: number): Observation['seconds'] {
    this.#roll(atMs);
    return this.#range(RECENT).map(([second, counts]) => ({
      at: new Date(second * 1000).toISOString(),
      ...counts,
    }));
  }

  /** The same over all that is kept. */
  all(atMs: number): Pick<Totals, 'from' | 'users' | 'failingUsers'> {
    this.#roll(atMs);
    const range = this.#range(KEPT);
    const [first = this.#now] = range[0] ?? [];
    return {
      from: new Date(first * 1000).toISOString(),
      users: range.map(([, { users }]) => users),
      failingUsers: range.map(([, { failingUsers }]) => failingUsers),
    };
  }

  /** Sums over seconds of the distinct users of each, so that it compares with `recent` as a mean per second. */
  level(atMs: number): Observation['before'] {
    this.#roll(atMs);
    const range = this.#range(BEFORE_MOST).map(([, counts]) => counts);
    const users = range.reduce((sum, one) => sum + one.users, 0);
    // A quiet minute is no level: nobody was there to fail.
    if (range.length < BEFORE_LEAST || users === 0) return null;
    return {
      users,
      failingUsers: range.reduce((sum, one) => sum + one.failingUsers, 0),
      seconds: range.length,
    };
  }

  #range(most: number): [number, Second][] {
    if (this.#first === undefined) return [];
    const from = Math.max(this.#first, this.#now - most);
    return Array.from({ length: this.#now - from }, (_, n) => [
      from + n,
      this.#past.get(from + n) ?? { users: 0, failingUsers: 0 },
    ]);
  }

  #roll(atMs: number): void {
    const second = Math.floor(atMs / 1000);
    if (second <= this.#now) return;
    const users = this.#users.size + this.#others.users;
    if (users > 0) {
      this.#past.set(this.#now, { users, failingUsers: this.#failing.size + this.#others.failingUsers });
      this.#users = new Set();
      this.#failing = new Set();
      this.#others = { users: 0, failingUsers: 0 };
    }
    this.#now = second;
    for (const old of this.#past.keys()) {
      if (old >= second - KEPT) break;
      this.#past.delete(old);
    }
  }
}
