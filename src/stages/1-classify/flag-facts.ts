import type { FlagAnswer } from '../../domain/flag-off.ts';
import type { RemovedTests } from '../../domain/off-tests.ts';

/** What is known of the flags that a change of code asks, before or after. */
export type FlagFacts = {
  /** undefined: the files could not be read. */
  readonly answer: FlagAnswer | undefined;
  /** Files that are too large, or too many. */
  readonly unread: readonly string[];
  /** A file of the head that still names a flag that is removed. */
  readonly named: { readonly key: string; readonly path: string } | undefined;
  /** What becomes of test files that change; undefined: none does, they could not be read, or nobody asked as the flag does not go to on. */
  readonly tests: RemovedTests | undefined;
};
