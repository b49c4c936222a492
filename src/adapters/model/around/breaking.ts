import type { ModelFault, ModelReply } from '../../../domain/model.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Model } from '../../../ports/model.ts';

export type BreakerLimits = {
  /** Faults in a row before nobody is asked any more. */
  readonly faults: number;
  /** How long then; after each trial that fails twice as long. */
  readonly pauseMs: number;
  readonly longestPauseMs: number;
};

export type Meaning = 'works' | 'fails' | 'unknown';

type Turn = { readonly kind: 'turn'; readonly isTrial: boolean };

/** What speaks of the server. It refused what we asked: it works. It was not asked: nothing is known. */
const meanings: Readonly<Record<ModelFault, Meaning>> = {
  unreachable: 'fails',
  timeout: 'fails',
  'rate-limited': 'fails',
  overloaded: 'fails',
  unauthorised: 'fails',
  malformed: 'fails',
  'cut-off': 'fails',
  rejected: 'works',
  'over-budget': 'unknown',
  unrecorded: 'unknown',
};

/** Whoever gave up says nothing of the server. */
export function meaningOf(reply: ModelReply, isLeft: boolean): Meaning {
  if (reply.kind === 'answer') return 'works';
  return isLeft ? 'unknown' : meanings[reply.fault];
}

/**
 * Leaves a server alone that fails again and again, so that nobody waits for it and it can recover. After the pause one question
 * at a time is let through, and one answer is enough to close the breaker: it never stays open by itself.
 */
export function breaking(model: Model, breaker: Breaker): Model {
  return {
    identity: model.identity,
    async ask(request, signal) {
      const turn = breaker.begin();
      if (turn.kind === 'fault') return turn;
      let meaning: Meaning = 'unknown';
      let reply: ModelReply | undefined;
      try {
        reply = await model.ask(request, signal);
        meaning = meaningOf(reply, signal?.aborted === true);
        return reply;
      } finally {
        breaker.end(turn, meaning, reply);
      }
    },
  };
}

/** What is known of one server: shared by all who ask it. */
export class Breaker {
  readonly #limits: BreakerLimits;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  #faults = 0;
  #pauseMs: number;
  #last: ModelReply | undefined;
  /** undefined: closed. */
  #openUntil: number | undefined;
  #isTried = false;

  constructor(limits: BreakerLimits, clock: Pick<Clock, 'monotonicMs'>) {
    this.#limits = limits;
    this.#clock = clock;
    this.#pauseMs = limits.pauseMs;
  }

  begin(): Turn | (ModelReply & { readonly kind: 'fault' }) {
    if (this.#openUntil === undefined) return { kind: 'turn', isTrial: false };
    const leftMs = this.#openUntil - this.#clock.monotonicMs();
    if (leftMs > 0 || this.#isTried) return this.#refusal(Math.max(leftMs, 0));
    this.#isTried = true;
    return { kind: 'turn', isTrial: true };
  }

  /** A call that began before the breaker opened may end after it: its answer closes the breaker, its fault is no trial's. */
  end({ isTrial }: Turn, meaning: Meaning, reply: ModelReply | undefined): void {
    if (isTrial) this.#isTried = false;
    if (meaning === 'works') this.#close();
    if (meaning !== 'fails') return;
    this.#faults += 1;
    this.#last = reply;
    if (isTrial) this.#open(Math.min(this.#pauseMs * 2, this.#limits.longestPauseMs));
    else if (this.#openUntil === undefined && this.#faults >= this.#limits.faults)
      this.#open(this.#limits.pauseMs);
  }

  #close(): void {
    this.#faults = 0;
    this.#openUntil = undefined;
  }

  #open(pauseMs: number): void {
    this.#pauseMs = pauseMs;
    this.#openUntil = this.#clock.monotonicMs() + pauseMs;
  }

  #refusal(leftMs: number): ModelReply & { readonly kind: 'fault' } {
    const last = this.#last?.kind === 'fault' ? this.#last : undefined;
    const since = last === undefined ? '' : `; the last one: ${last.reason}`;
    return {
      kind: 'fault',
      fault: last?.fault ?? 'unreachable',
      reason: `not asked, after ${this.#faults} faults in a row${since}`,
      retryAfterMs: Math.ceil(leftMs),
    };
  }
}
