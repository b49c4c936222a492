import type { FileChange } from '../../domain/change.ts';
import { printable } from '../../domain/printable.ts';
import type { FlagFacts } from './flag-facts.ts';
import { ruleFlagRemoval } from './flag-removal.ts';
import type { Ruling } from './ruling.ts';

/** undefined: every flag is asked as before. */
export function ruleFlags(files: readonly FileChange[], facts: FlagFacts): Ruling | undefined {
  const { added = [], removed = [] } = facts.answer ?? {};
  if (removed.length > 0 || facts.answer === undefined) return ruleFlagRemoval(files, facts);
  if (added.length === 0) return undefined;
  // Whether all of the change is behind it, the guardrail flag-off says.
  const names = printable(added.join(', ')).slice(0, 300);
  return { class: 'flag-addition', reasons: [`It adds a flag to the code: ${names}.`] };
}
