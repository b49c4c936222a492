import { AutolandError } from '../../domain/errors.ts';
import type { Answer } from '../runtime/command/answers.ts';
import type { Troubles } from '../runtime/troubles.ts';
import { assertSet, isNarrower, isSame, type Split, type Told, toldOf } from './split.ts';

/** A front door that hears nothing for so long goes to stable by itself, if it can. */
const CLOSES_AFTER_MS = 60_000;
const RENEW_MS = 20_000;
/** While it is closed, so many times as long: it may have lost its memory, or heard a call of one who is dead by now. */
const CLOSED_RENEWALS = 3;
/** A call that closes gets so long at first, and each time twice as long: one that hangs must not keep users exposed. */
const CLOSE_SECONDS = 10;
const PAUSE_MS = { first: 100, most: 5_000 };

export type RampingOptions = {
  /** Calls `ramp`; without `seconds`, for as long as it may take. */
  readonly call: (
    told: Told,
    limits: { readonly seconds?: number; readonly signal: AbortSignal },
  ) => Promise<Answer<'ramp'>>;
  readonly troubles: Troubles;
  readonly renewMs?: number;
};

type Attempt = { readonly split: Split; readonly sequence: number; readonly over: AbortController };
type Waiting = { resolve(): void; reject(why: unknown): void };

/**
 * Makes the front door have the split that is wanted, by as many calls as it takes. One call at a time: but what exposes fewer users does
 * not wait for what would expose more, which is given up.
 */
export class Ramping {
  readonly #options: RampingOptions;
  #wanted: Split | undefined;
  /** What the front door has; undefined: nobody knows. */
  #set: { readonly split: Split; readonly at: number } | undefined;
  #attempt: Attempt | undefined;
  #sequence = 0;
  /** The newest call when one that was given up had ended: what that one did may have come after it. */
  #disturbed = 0;
  #failures = 0;
  #failure: unknown;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: RampingOptions) {
    this.#options = options;
  }

  /** What the front door has said to have; undefined: it is not known just now. */
  get known(): Split | undefined {
    return this.#set?.split;
  }

  /** Nothing is wanted of it that it has not. */
  get isSettled(): boolean {
    return this.#wanted === undefined || isSame(this.known, this.#wanted);
  }

  /** Why it has not what is wanted; undefined: it has, or that is under way. */
  get failure(): unknown {
    return this.#failure;
  }

  want(split: Split): void {
    if (isSame(split, this.#wanted)) return;
    this.#wanted = split;
    this.#failures = 0;
    if (this.#attempt !== undefined && isNarrower(split, this.#attempt.split)) {
      this.#attempt.over.abort();
      this.#attempt = undefined;
    }
    this.#go();
  }

  /** Once the front door has what is wanted by then. Rejects when a call for it fails. */
  settled(): Promise<void> {
    if (this.isSettled) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#attempt?.over.abort();
    this.#answer(new AutolandError('runtime.unreachable', 'the doorkeeper ends'));
  }

  #go(): void {
    clearTimeout(this.#timer);
    const split = this.#wanted;
    if (this.#closed || split === undefined || this.#attempt !== undefined) return;
    if (this.isSettled) {
      this.#renewLater(split);
      return;
    }
    this.#sequence = Math.max(this.#sequence + 1, Date.now());
    const attempt = { split, sequence: this.#sequence, over: new AbortController() };
    this.#attempt = attempt;
    const what = `setting the split of ${split.service} at its front door`;
    let failure: unknown;
    void this.#options.troubles
      .contain(what, () =>
        this.#try(attempt).catch((thrown: unknown) => {
          failure = thrown;
          // Given up on purpose: no trouble.
          if (!attempt.over.signal.aborted) throw thrown;
        }),
      )
      .then(() => this.#ended(attempt, failure));
  }

  async #try({ split, sequence, over }: Attempt): Promise<void> {
    const told = toldOf(split, { sequence, closesAt: new Date(Date.now() + CLOSES_AFTER_MS) });
    const seconds = split.exposed === null ? { seconds: CLOSE_SECONDS * 2 ** this.#failures } : {};
    const answer = await this.#options.call(told, { ...seconds, signal: over.signal });
    // Ours are lower where the clock was set back: the front door does not heed them until they are higher again.
    this.#sequence = Math.max(this.#sequence, answer.sequence);
    assertSet(answer, told);
  }

  #ended(attempt: Attempt, failure: unknown): void {
    if (attempt.over.signal.aborted) {
      this.#disturbed = this.#sequence;
      this.#set = undefined;
      this.#go();
      return;
    }
    this.#attempt = undefined;
    this.#failure = failure;
    const isFinal = failure === undefined && attempt.sequence > this.#disturbed;
    this.#set = isFinal ? { split: attempt.split, at: performance.now() } : undefined;
    const isWanted = isSame(attempt.split, this.#wanted);
    if (isWanted) this.#answer(failure);
    if (failure === undefined) {
      this.#failures = 0;
      this.#go();
      return;
    }
    const pause = isWanted ? PAUSE_MS.first * 2 ** this.#failures : 0;
    this.#failures += 1;
    this.#later(Math.min(pause, PAUSE_MS.most));
  }

  #renewLater({ exposed }: Split): void {
    const { renewMs = RENEW_MS } = this.#options;
    const pauseMs = exposed === null ? CLOSED_RENEWALS * renewMs : renewMs;
    const left = (this.#set?.at ?? 0) + pauseMs - performance.now();
    this.#timer = setTimeout(
      () => {
        this.#set = undefined;
        this.#go();
      },
      Math.max(0, left),
    );
  }

  #later(ms: number): void {
    this.#timer = setTimeout(() => this.#go(), ms);
  }

  #answer(failure: unknown): void {
    for (const { resolve, reject } of this.#waiting.splice(0))
      if (failure === undefined) resolve();
      else reject(failure);
  }
}
