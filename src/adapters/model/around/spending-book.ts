import {
  added,
  admission,
  type BudgetPage,
  type ModelSpending,
  nothingSpent,
} from '../../../domain/model-budget.ts';
import type { Entrance, SpendingBook, Ticket } from './budgets.ts';

/** One line of an account. The first of a call reserves, the second says what it took. */
export type SpendingLine =
  | { readonly id: string; readonly most: ModelSpending; readonly until: number }
  | { readonly id: string; readonly spent: ModelSpending };

/** Where lines are kept: in memory, or in files that several processes share. */
export type SpendingPages = {
  /** Runs alone, against everybody who has the same pages. */
  alone<T>(act: () => T): T;
  read(account: string): readonly SpendingLine[];
  append(account: string, line: SpendingLine): void;
};

/** Later than its own end by so much a call is dead, and its reservation is spent. */
const graceMs = 60_000;

export class LinedSpendingBook implements SpendingBook {
  readonly #pages: SpendingPages;
  readonly #now: () => number;

  /** `now`: the wall clock, which processes share over restarts. */
  constructor(pages: SpendingPages, now: () => number) {
    this.#pages = pages;
    this.#now = now;
  }

  enter(ticket: Ticket, most: ModelSpending): ReturnType<SpendingBook['enter']> {
    return this.#pages.alone(() => {
      const answers = ticket.accounts.map((account) =>
        admission(account, pageOf(this.#pages.read(account.name), this.#now()), most),
      );
      const obstacle =
        answers.find(({ kind }) => kind === 'over') ?? answers.find(({ kind }) => kind === 'wait');
      if (obstacle !== undefined && obstacle.kind !== 'admitted') return obstacle;
      const until = this.#now() + most.ms + graceMs;
      for (const { name } of ticket.accounts) this.#pages.append(name, { id: ticket.id, most, until });
      return { kind: 'admitted', ticket } satisfies Entrance;
    });
  }

  settle({ id, accounts }: Ticket, spent: ModelSpending): void {
    this.#pages.alone(() => {
      for (const { name } of accounts) this.#pages.append(name, { id, spent });
    });
  }
}

/** What the lines of an account come to. */
export function pageOf(lines: readonly SpendingLine[], now: number): BudgetPage {
  const settled = new Set(lines.flatMap((line) => ('spent' in line ? [line.id] : [])));
  let spent = nothingSpent;
  const reserved: ModelSpending[] = [];
  for (const line of lines) {
    if ('spent' in line) spent = added(spent, line.spent);
    else if (!settled.has(line.id) && line.until > now) reserved.push(line.most);
    else if (!settled.has(line.id)) spent = added(spent, line.most);
  }
  return { spent, reserved };
}

/** For one process that keeps nothing. */
export class SpendingInMemory implements SpendingPages {
  readonly #lines = new Map<string, SpendingLine[]>();

  alone<T>(act: () => T): T {
    return act();
  }

  read(account: string): readonly SpendingLine[] {
    return this.#lines.get(account) ?? [];
  }

  append(account: string, line: SpendingLine): void {
    this.#lines.set(account, [...this.read(account), line]);
  }
}
