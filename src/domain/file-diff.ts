import type { ShownLine } from './judgement.ts';

/** One file before and after a change. null: it is not there. */
export type FilePair = {
  readonly path: string;
  /** Its path in the base. */
  readonly oldPath: string;
  readonly base: string | null;
  readonly head: string | null;
};

export type Hunks = readonly (readonly ShownLine[])[];

/** `code`: without comments, of which only the words that tools obey are left. `whole`: as it stands. */
export type FileDiff =
  | { readonly kind: 'read'; readonly code: Hunks; readonly whole: Hunks }
  /** `why` completes "it cannot be shown: …". */
  | { readonly kind: 'unread'; readonly why: string };
