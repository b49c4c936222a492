import { WireFault } from './wire-fault.ts';

export type PatienceLimits = {
  /** From the question to the end of the answer. */
  readonly totalMs: number;
  /** The longest time without a byte. */
  readonly stallMs: number;
};

/** How long an answer may take, and how long nothing may come. */
export class Patience {
  readonly signal: AbortSignal;
  readonly #limits: PatienceLimits;
  readonly #own = new AbortController();
  readonly #asker: AbortSignal | undefined;
  readonly #total: NodeJS.Timeout;
  #stall: NodeJS.Timeout;
  #why: WireFault | undefined;

  constructor(limits: PatienceLimits, asker: AbortSignal | undefined) {
    this.#limits = limits;
    this.#asker = asker;
    this.signal = asker === undefined ? this.#own.signal : AbortSignal.any([asker, this.#own.signal]);
    this.#total = setTimeout(
      () => this.#giveUp(`no whole answer within ${limits.totalMs} ms`),
      limits.totalMs,
    );
    this.#stall = this.#wait();
  }

  /** undefined: it did not come to an end. */
  why(): WireFault | undefined {
    if (this.#why !== undefined || this.#asker?.aborted !== true) return this.#why;
    return new WireFault('timeout', 'whoever asked gave up');
  }

  async *watch(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      clearTimeout(this.#stall);
      this.#stall = this.#wait();
      yield chunk;
    }
  }

  end(): void {
    clearTimeout(this.#total);
    clearTimeout(this.#stall);
  }

  #wait(): NodeJS.Timeout {
    const { stallMs } = this.#limits;
    return setTimeout(() => this.#giveUp(`nothing came for ${stallMs} ms`), stallMs);
  }

  #giveUp(reason: string): void {
    this.#why ??= new WireFault('timeout', reason);
    this.#own.abort();
  }
}
