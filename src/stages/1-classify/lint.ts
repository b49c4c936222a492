import type { FileChange } from '../../domain/change.ts';
import type { SyntaxComparison } from '../../domain/syntax.ts';
import { isSourcePath } from './paths.ts';
import type { Ruling } from './ruling.ts';

/** Layout, ordinary comments and what linters mend without touching what a program does. */
export function ruleLint(
  files: readonly FileChange[],
  syntax: ReadonlyMap<string, SyntaxComparison>,
): Ruling {
  for (const file of files) {
    const reason = refusal(file, syntax.get(file.path));
    if (reason !== undefined) return { class: 'other', reasons: [`${file.path}: ${reason}.`] };
  }
  const forms = [...syntax.values()].flatMap((each) => (each.same ? (each.forms ?? []) : []));
  const kept = 'Only layout and comments of source files change: every syntax tree stays the same';
  const undone = [...new Set(forms)].join(', ');
  return { class: 'lint', reasons: [forms.length === 0 ? `${kept}.` : `${kept}, but for ${undone}.`] };
}

function refusal(file: FileChange, comparison: SyntaxComparison | undefined): string | undefined {
  if (!isSourcePath(file.path)) return 'it is not a JavaScript or TypeScript file';
  if (file.status !== 'modified' || file.kind !== 'file') return `it is ${file.status} as ${file.kind}`;
  if (comparison === undefined) return 'its syntax could not be compared';
  return comparison.same ? undefined : comparison.why;
}
