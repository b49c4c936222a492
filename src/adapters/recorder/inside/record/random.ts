/**
 * Math.random from a seed. Within a recorded call the numbers depend on that call alone, so that a package which draws one
 * more than its last version does not change what all later calls answer.
 */
export class SeededRandom {
  readonly #seed: string;
  readonly #hash: (text: string) => string;
  /** undefined: nothing has been drawn outside of calls. */
  #state: number | undefined;

  constructor(seed: string, hash: (text: string) => string) {
    this.#seed = seed;
    this.#hash = hash;
    Math.random = () => this.#next();
  }

  /** Answers how to go back to the numbers outside of the call. */
  enter(call: string): () => void {
    const outside = this.#state;
    this.#state = this.#start(call);
    return () => {
      this.#state = outside;
    };
  }

  #start(of: string): number {
    return Number.parseInt(this.#hash(`${this.#seed} ${of}`).slice(0, 8), 16);
  }

  /** Mulberry32 (Tommy Ettinger, public domain): 32 bits of state are enough for tests. */
  #next(): number {
    const state = ((this.#state ?? this.#start('')) + 0x6d2b79f5) | 0;
    this.#state = state;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
}
