import { AutolandError } from '../../domain/errors.ts';

/** How many of something one agent may have open, so that none takes what is there for all. */
export class AtOnce {
  readonly #most: number;
  readonly #what: string;
  readonly #open = new Map<string, number>();

  /** `what`: in the plural, for people. */
  constructor(most: number, what: string) {
    this.#most = most;
    this.#what = what;
  }

  /** Rejects with `agent.busy`. */
  async run<T>(source: string, task: () => Promise<T>): Promise<T> {
    const others = this.#open.get(source) ?? 0;
    if (others >= this.#most)
      throw new AutolandError(
        'agent.busy',
        `expected at most ${this.#most} ${this.#what} of ${source} at once, found one more`,
        { mend: 'ask again once one of them is answered' },
      );
    this.#open.set(source, others + 1);
    try {
      return await task();
    } finally {
      const left = (this.#open.get(source) ?? 1) - 1;
      if (left > 0) this.#open.set(source, left);
      else this.#open.delete(source);
    }
  }
}
