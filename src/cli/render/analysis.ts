import { printable } from '../../domain/printable.ts';
import { type Conclusion, wordFor } from '../../stages/7-rollout/recorded/conclusion.ts';
import type { Look } from '../../stages/7-rollout/recorded/recorded-rollout.ts';
import { wrap } from './text.ts';

/** One line of `--json`. Logs of evidence are natural. */
export function dataOf(look: Look): object {
  const { t, weight, usersExposed, usersErrored, decision } = look;
  const code = 'code' in decision ? { code: decision.code } : {};
  const { reason, evidence } = decision;
  return { t, weight, decision: wordFor(look), ...code, reason, usersExposed, usersErrored, evidence };
}

/** For people: the looks at which something changed. */
export class LookLines {
  #last = '';

  of(look: Look): readonly string[] {
    const word = wordFor(look);
    const now = `${word} ${look.weight}`;
    if (now === this.#last) return [];
    this.#last = now;
    const { t, weight, usersExposed, usersErrored } = look;
    const where = `${seconds(t)}  ${share(weight)}  ${usersExposed} users on the canary, ${usersErrored} failed`;
    return [`${word.padEnd(13)} ${where}`, ...wrap(`  ${printable(look.decision.reason)}`, '  ')];
  }
}

export function renderConclusion({ word, look }: Conclusion): readonly string[] {
  const code = 'code' in look.decision ? ` (${look.decision.code})` : '';
  return ['', `${word} at ${seconds(look.t)}${code}, with ${look.usersExposed} users on the canary.`];
}

function seconds(t: number): string {
  return `${Number(t.toFixed(2))} s`;
}

function share(weight: number): string {
  return `${Number((100 * weight).toPrecision(3))} %`;
}
