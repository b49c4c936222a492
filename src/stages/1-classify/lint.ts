import type { FileChange } from '../../domain/change.ts';
import type { SyntaxComparison } from '../../domain/syntax.ts';
import { isSourcePath } from './paths.ts';
import type { Ruling } from './ruling.ts';

/** Layout and ordinary comments of JavaScript and TypeScript files: the programs stay what they were. */
export function ruleLint(
  files: readonly FileChange[],
  syntax: ReadonlyMap<string, SyntaxComparison>,
): Ruling {
  for (const file of files) {
    const reason = refusal(file, syntax.get(file.path));
    if (reason !== undefined) return { class: 'other', reasons: [`${file.path}: ${reason}.`] };
  }
  return {
    class: 'lint',
    reasons: ['Only layout and comments of source files change: every syntax tree stays the same.'],
  };
}

function refusal(file: FileChange, comparison: SyntaxComparison | undefined): string | undefined {
  if (!isSourcePath(file.path)) return 'it is not a JavaScript or TypeScript file';
  if (file.status !== 'modified' || file.kind !== 'file') return `it is ${file.status} as ${file.kind}`;
  if (comparison === undefined) return 'its syntax could not be compared';
  return comparison.same ? undefined : comparison.why;
}
