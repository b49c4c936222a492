import { printable } from '../../domain/printable.ts';
import type { Arm } from '../../domain/rollout-tally.ts';
import { slowReportSeconds } from '../../domain/self-report.ts';
import { type Conclusion, wordFor } from '../../stages/7-rollout/recorded/conclusion.ts';
import type { Look } from '../../stages/7-rollout/recorded/recorded-rollout.ts';
import type { ArmNotes } from '../../stages/7-rollout/recorded/scraped/arm.ts';
import { wrap } from './text.ts';

/** One line of `--json`. Logs of evidence are natural. */
export function dataOf(look: Look): object {
  const { t, weight, unit, usersExposed, usersErrored, decision } = look;
  const code = 'code' in decision ? { code: decision.code } : {};
  const counts =
    unit === 'user'
      ? { usersExposed, usersErrored }
      : { requestsExposed: usersExposed, requestsErrored: usersErrored };
  const { reason, evidence } = decision;
  return { t, weight, decision: wordFor(look), ...code, reason, unit, ...counts, evidence };
}

/** For people: the looks at which something changed. */
export class LookLines {
  #last = '';

  of(look: Look): readonly string[] {
    const word = wordFor(look);
    const now = `${word} ${look.weight}`;
    if (now === this.#last) return [];
    this.#last = now;
    const { t, weight, unit, usersExposed, usersErrored } = look;
    const where = `${seconds(t)}  ${share(weight)}  ${usersExposed} ${unit}s on the canary, ${usersErrored} failed`;
    return [`${word.padEnd(13)} ${where}`, ...wrap(`  ${printable(look.decision.reason)}`, '  ')];
  }
}

export function renderConclusion({ word, look }: Conclusion): readonly string[] {
  const code = 'code' in look.decision ? ` (${look.decision.code})` : '';
  // No record of requests ends well: the reason is what a person needs most.
  const isOpen = word === 'inconclusive' && look.unit === 'request';
  const why = isOpen ? wrap(`  ${printable(look.decision.reason)}`, '  ') : [];
  return [
    '',
    `${word} at ${seconds(look.t)}${code}, with ${look.usersExposed} ${look.unit}s on the canary.`,
    ...why,
  ];
}

/** What was read, so that nobody takes a gap for good news. */
export function renderNotes(notes: Readonly<Record<Arm, ArmNotes>>): readonly string[] {
  return (['baseline', 'canary'] as const).flatMap((arm) => {
    const { series, failing, requests, failed, resets, gaps, torn } = notes[arm];
    const lost = [
      resets === 0 ? '' : `counters began anew ${resets} times`,
      gaps === 0 ? '' : `${gaps} gaps, whose requests are left out`,
      torn === 0 ? '' : `${torn} scrapes were not whole`,
      failing === 0 ? 'none of its series matches --errors' : '',
    ].filter((each) => each !== '');
    const read = `${arm}: ${failed} of ${requests} requests failed, by ${series} series`;
    return wrap([read, ...lost].join('; '), '  ');
  });
}

/** What is told seldom is told late. */
export function renderSlow(everySeconds: number): readonly string[] {
  const late = `warning: it was told every ${seconds(everySeconds)}, which is more than ${slowReportSeconds} s: a canary that fails is found that much later.`;
  return wrap(late, '  ');
}

/** What nobody told of was not compared: whoever asked for it must not take that for good news. */
export function renderUntold(names: readonly string[]): readonly string[] {
  return wrap(`warning: nothing in the record tells of ${names.join(', ')}: it was not compared.`, '  ');
}

function seconds(t: number): string {
  return `${Number(t.toFixed(2))} s`;
}

function share(weight: number): string {
  return `${Number((100 * weight).toPrecision(3))} %`;
}
