import { AutolandError } from '../../../domain/errors.ts';

/** Below the five seconds that a caller waits: it should learn why. */
const LONGEST_MS = 4000;

/**
 * One act after the other, in the order they came. An act that takes too long is given up, so that none holds up
 * those behind it; `signal` tells it so, and from then on it MUST NOT write.
 */
export class RoutingQueue {
  readonly #longestMs: number;
  #last: Promise<unknown> = Promise.resolve();

  constructor(longestMs = LONGEST_MS) {
    this.#longestMs = longestMs;
  }

  push<T>(act: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const mine = this.#last.then(() => this.#within(act));
    this.#last = mine.catch(() => {});
    return mine;
  }

  /** Once all that was pushed before is over. */
  async idle(): Promise<void> {
    await this.#last;
  }

  #within<T>(act: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const over = new AbortController();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const late = new AutolandError(
          'runtime.unreachable',
          `expected the route to be set within ${this.#longestMs} ms`,
          { mend: 'try again; see whether the instances of the service answer' },
        );
        over.abort(late);
        reject(late);
      }, this.#longestMs);
      act(over.signal)
        .then(resolve, reject)
        .finally(() => clearTimeout(timer));
    });
  }
}
