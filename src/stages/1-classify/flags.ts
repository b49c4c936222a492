import type { FlagAnswer } from '../../domain/flag-off.ts';
import { printable } from '../../domain/printable.ts';
import type { Ruling } from './ruling.ts';

/** By what the code newly asks for. Whether all of the change is behind it, the guardrail flag-off says. undefined: it asks for nothing new. */
export function ruleFlags(answer: FlagAnswer | undefined): Ruling | undefined {
  if (answer === undefined || answer.added.length === 0) return undefined;
  const names = printable(answer.added.slice(0, 3).join(', ')).slice(0, 200);
  const more = answer.added.length > 3 ? ` and ${answer.added.length - 3} more` : '';
  if (answer.removed.length > 0)
    return { class: 'other', reasons: [`It adds flags to the code and removes some: ${names}${more}.`] };
  return { class: 'flag-addition', reasons: [`It adds a flag to the code: ${names}${more}.`] };
}
