import type { Look } from './recorded-rollout.ts';

export type Word = 'continue' | 'promote' | 'rollback' | 'inconclusive';

/** In the words of a canary analysis: to raise is to promote a step; to hold, or to close the flag and blame nobody, decides nothing. */
export function wordFor({ decision }: Look): Word {
  if (decision.kind === 'raise') return 'promote';
  if (decision.kind === 'hold' || decision.kind === 'close' || decision.kind === 'restart')
    return 'inconclusive';
  return decision.kind;
}

const openCodes: ReadonlySet<string> = new Set(['rollout.requests', 'rollout.telemetry-gap']);

/** Requests, and what is left beside a gap, show no canary to be good: what comes later may still show it to be bad. */
function endsNothing({ decision }: Look): boolean {
  return decision.kind === 'raise' || ('code' in decision && openCodes.has(decision.code));
}

/** Which look decided, and how. The first rollback, hold or last step passed ends a rollout; a record that ends before decides nothing. */
export type Conclusion = { readonly word: Exclude<Word, 'continue'>; readonly look: Look };

export class Concluding {
  #ending: Conclusion | undefined;
  #last: Look | undefined;

  see(look: Look): void {
    this.#last = look;
    const word = wordFor(look);
    if (word === 'continue' || endsNothing(look)) return;
    this.#ending ??= { word, look };
  }

  /** undefined: there was no look. */
  conclusion(): Conclusion | undefined {
    return this.#ending ?? (this.#last && { word: 'inconclusive', look: this.#last });
  }
}
