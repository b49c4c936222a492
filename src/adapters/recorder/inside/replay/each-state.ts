import type { Call } from './make-call.ts';

/** What became of one call. */
export const callState = { open: 0, made: 1, missing: 2, unfinished: 3 } as const;

/** By number of the call: what became of it, and the recorder's key for it ('': none). */
export type EachSummary = { readonly states: readonly number[]; readonly keys: readonly string[] };

/** Of one function: the next ones would take as long. */
const mostUnfinished = 3;

/** What is known of the calls, as those who make them tell it line by line: `NUMBER` begins one, `NUMBER STATE KEY` ends it. */
export class EachState {
  readonly #names: readonly string[];
  readonly #states: number[];
  readonly #keys: string[];
  #current: number | undefined;
  #isStale = false;

  constructor(calls: readonly Call[]) {
    this.#names = calls.map(({ kind, steps }) => JSON.stringify([kind, steps]));
    this.#states = calls.map(() => callState.open);
    this.#keys = calls.map(() => '');
  }

  /** The call that is being made. */
  get current(): number | undefined {
    return this.#current;
  }

  /** Calls are no longer open that who makes them takes for open. */
  get isStale(): boolean {
    return this.#isStale;
  }

  open(): readonly number[] {
    return [...this.#states.keys()].filter((at) => this.#states[at] === callState.open);
  }

  /** A line that is none counts for nothing: packages can write them, too. */
  told(line: string): void {
    const [at, state, key = ''] = line.split(' ');
    const number = Number(at);
    if (!(number >= 0 && number < this.#states.length)) return;
    this.#current = state === undefined ? number : undefined;
    if (state === undefined) return;
    this.#keys[number] = key.slice(0, 16);
    if (Number(state) === callState.unfinished) this.#giveUp(number);
    else if (Number(state) === callState.made || Number(state) === callState.missing)
      this.#states[number] = Number(state);
  }

  /** Who makes the calls is gone, in the middle of one. */
  leave(): void {
    if (this.#current !== undefined) this.#giveUp(this.#current);
  }

  restart(): void {
    this.#current = undefined;
    this.#isStale = false;
  }

  summary(): EachSummary {
    return { states: this.#states, keys: this.#keys };
  }

  #giveUp(at: number): void {
    const states = this.#states;
    states[at] = callState.unfinished;
    const like = [...states.keys()].filter((other) => this.#names[other] === this.#names[at]);
    if (like.filter((other) => states[other] === callState.unfinished).length < mostUnfinished) return;
    for (const other of like) {
      if (states[other] !== callState.open) continue;
      states[other] = callState.unfinished;
      this.#isStale = true;
    }
  }
}
