import type { ChangeClass } from '../../../domain/change.ts';
import type { TestComparison } from '../../../domain/test-comparison.ts';

/** The change's own tests, on the code before it and after it. */
export type ReproductionFacts =
  | { readonly asked: false; readonly class: ChangeClass }
  /** Nothing to run them with. */
  | { readonly asked: true; readonly runs: undefined }
  | { readonly asked: true; readonly runs: Pick<TestComparison, 'base' | 'baseRerun' | 'head'> };
