import type { FlagAnswer } from '../../../domain/flag-off.ts';

/** The flags that a change adds, and what is left of it without them. Cost: a parser. */
export type FlagFacts = {
  /** undefined: its files could not be read. */
  readonly answer: FlagAnswer | undefined;
  /** Files that are no code, no test and no document: no flag can switch them off. */
  readonly beside: readonly string[];
  /** Code files that are too large, or too many. */
  readonly unread: readonly string[];
};
