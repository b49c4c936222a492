import type { ChangeClass } from '../../../domain/change.ts';
import type { SyntaxComparison } from '../../../domain/syntax.ts';

/** Each file of a change of class `lint`, before and after. */
export type LintFacts = {
  readonly class: ChangeClass;
  /** undefined: it could not be compared. */
  readonly compared: readonly { readonly path: string; readonly comparison: SyntaxComparison | undefined }[];
};
