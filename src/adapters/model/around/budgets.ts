import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../../domain/errors.ts';
import type { BudgetAccount, ModelBudget, ModelSpending } from '../../../domain/model-budget.ts';
import type { Clock } from '../../../ports/clock.ts';

/** A call that was let in; `settle` it with what it took. */
export type Ticket = { readonly id: string; readonly accounts: readonly BudgetAccount[] };

export type Entrance =
  | { readonly kind: 'admitted'; readonly ticket: Ticket }
  | { readonly kind: 'over'; readonly reason: string }
  /** Whoever asked gave up before it was let in. */
  | { readonly kind: 'left' };

/**
 * Where spending stands. MUST decide and note a reservation in one step, also against other processes. A reservation that nobody
 * settles MUST count as spent once its time is over.
 */
export type SpendingBook = {
  /** `wait`: the account that lacks room until a call there ends. */
  enter(ticket: Ticket, most: ModelSpending): Entrance | { readonly kind: 'wait'; readonly account: string };
  settle(ticket: Ticket, spent: ModelSpending): void;
};

export type BudgetLimits = { readonly perChange: ModelBudget; readonly perDay: ModelBudget };

type Waiting = {
  readonly ticket: Ticket;
  readonly most: ModelSpending;
  readonly let: (entrance: Entrance) => void;
};

/** How often a call that waits looks whether another process has made room. */
const lookMs = 250;

/** Who may ask a model, one after the other where the budget wants it. One for all models of a process. */
export class Budgets {
  readonly #book: SpendingBook;
  readonly #limits: BudgetLimits;
  readonly #clock: Clock;
  readonly #queue = new Set<Waiting>();
  #isLooking = false;

  constructor(book: SpendingBook, limits: BudgetLimits, clock: Clock) {
    this.#book = book;
    this.#limits = limits;
    this.#clock = clock;
  }

  /** `change`: undefined: it is asked for no change, as by doctor. */
  async enter(change: string | undefined, most: ModelSpending, signal?: AbortSignal): Promise<Entrance> {
    const ticket = { id: randomUUID(), accounts: this.#accounts(change) };
    const { promise, resolve } = Promise.withResolvers<Entrance>();
    const one: Waiting = { ticket, most, let: resolve };
    const leave = () => {
      if (this.#queue.delete(one)) resolve({ kind: 'left' });
    };
    if (signal?.aborted === true) return { kind: 'left' };
    this.#queue.add(one);
    signal?.addEventListener('abort', leave, { once: true });
    this.#admit();
    if (this.#queue.has(one)) this.#look();
    try {
      return await promise;
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  }

  /** What cannot be noted stays reserved, and counts as all that the call could take. */
  settle(ticket: Ticket, spent: ModelSpending): void {
    try {
      this.#book.settle(ticket, spent);
    } finally {
      this.#admit();
    }
  }

  #accounts(change: string | undefined): readonly BudgetAccount[] {
    const day = this.#clock.now().toISOString().slice(0, 10);
    const { perChange, perDay } = this.#limits;
    const ofDay = { name: `day ${day}`, budget: perDay };
    return change === undefined ? [ofDay] : [ofDay, { name: `change ${change}`, budget: perChange }];
  }

  /** In the order in which they came: nobody passes who waits for the same account. */
  #admit(): void {
    const full = new Set<string>();
    for (const one of [...this.#queue]) {
      if (one.ticket.accounts.some(({ name }) => full.has(name))) continue;
      const entrance = this.#enter(one);
      if (entrance.kind === 'wait') full.add(entrance.account);
      else if (this.#queue.delete(one)) one.let(entrance);
    }
  }

  #enter({ ticket, most }: Waiting): ReturnType<SpendingBook['enter']> {
    try {
      return this.#book.enter(ticket, most);
    } catch (thrown) {
      return { kind: 'over', reason: `what was spent cannot be told: ${messageOf(thrown)}` };
    }
  }

  #look(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    void (async () => {
      while (this.#queue.size > 0) {
        await sleep(lookMs, undefined, { ref: false });
        this.#admit();
      }
      this.#isLooking = false;
    })();
  }
}
