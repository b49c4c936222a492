import type { JsonObject } from '../../../domain/json.ts';
import type { Mutant, MutantState } from '../../../domain/mutation.ts';
import { printable } from '../../../domain/printable.ts';

/** A fault that the tests let pass. */
export type Missed = {
  readonly mutant: Mutant;
  readonly state: Extract<MutantState, 'survived' | 'unreached'>;
};

const shown = 10;

/** One for each line first, so that many faults of one line do not hide the others. */
export function inOrder(missed: readonly Missed[]): readonly Missed[] {
  const counts = new Map<string, number>();
  const ranked = missed.map((each) => {
    const place = placeOf(each.mutant);
    const rank = counts.get(place) ?? 0;
    counts.set(place, rank + 1);
    return { each, rank };
  });
  return ranked.sort((a, b) => a.rank - b.rank).map(({ each }) => each);
}

/** The tests that are missing, as evidence: where, what to test for, and the fault as a difference of lines. */
export function missingTests(missed: readonly Missed[]): readonly JsonObject[] {
  return inOrder(missed)
    .slice(0, shown)
    .map(({ mutant, state }) => ({
      at: placeOf(mutant),
      what: sentenceOf({ mutant, state }),
      diff: [`- ${lineOf(mutant.before)}`, `+ ${lineOf(mutant.after)}`],
      fault: mutant.mutator,
    }));
}

/** `path:line`, safe to print. */
export function placeOf({ path, line }: Mutant): string {
  return `${printable(path).slice(0, 300)}:${line}`;
}

/** Such as "No test notices when `a < b` becomes `a <= b`." */
export function sentenceOf({ mutant, state }: Missed): string {
  const missing = state === 'unreached' ? 'No test runs it, so none notices' : 'No test notices';
  return `${missing} when ${faultOf(mutant)}.`;
}

function faultOf({ mutator, original, replacement }: Mutant): string {
  const was = quote(original);
  if (mutator === 'BlockStatement') return `nothing of ${was} is done`;
  const always = mutator === 'ConditionalExpression' && /^(true|false)$/.test(replacement);
  return always ? `${was} is always ${replacement}` : `${was} becomes ${quote(replacement)}`;
}

function quote(code: string): string {
  const line = lineOf(code);
  return `\`${line.length > 80 ? `${line.slice(0, 79)}…` : line}\``;
}

function lineOf(code: string): string {
  return printable(code).replaceAll(/ {2,}/g, ' ').trim().slice(0, 300);
}
