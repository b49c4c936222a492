import type { Sha } from './change.ts';
import type { EncodedValue } from './encoded-value.ts';

/** Where a fix comes from, in the order in which they are preferred. */
export const fixKinds = ['template', 'model', 'mutation', 'revert'] as const;
export type FixKind = (typeof fixKinds)[number];

/** A statement in which the fault may be. */
export type FaultPlace = {
  readonly file: string;
  /** From 1: of the crash's own frame, or of the statement's first line. */
  readonly line: number;
  /** From 1; absent: anything of the line may be at fault. */
  readonly column?: number;
  /** What brought the line; absent: nobody could say. */
  readonly broughtBy?: { readonly commit: Sha; readonly at: Date };
};

/** One edit that may be the fix: the file as it would be. */
export type Candidate = {
  readonly kind: Exclude<FixKind, 'revert'>;
  /** What was done, such as `optional-chain`. */
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly text: string;
  /** Characters that go and come. */
  readonly size: number;
};

/** What is asked of whatever makes candidates. */
export type CandidateQuestion = {
  readonly place: FaultPlace;
  /** Of the place's file. */
  readonly text: string;
  readonly errorType: string;
  /** Untrusted. */
  readonly message: string;
};

/** The call that crashed: of what a file of the project exports. */
export type CrashCall = {
  readonly file: string;
  /** Names from its exports on; []: what it exports is called itself. */
  readonly steps: readonly string[];
  readonly args: readonly EncodedValue[];
};

/** Tests that show the crash: red before the fix, green after it. */
export type ReproducingTest = {
  /** By path: what is put beside the project's own; empty: it is there already. */
  readonly files: ReadonlyMap<string, string>;
  /** Runs these tests alone; null: the project's own command runs them among all others. */
  readonly command: readonly [string, ...string[]] | null;
  /** Which of the tests show it, as reports name them; null: all that fail. */
  readonly names: readonly string[] | null;
  /** Of those that fail only the ones whose names hold this; absent: all. A command may run more than it is told to. */
  readonly title?: string;
};

/** What came of asking a model once. Its files are hostile text: they may only be those that it was asked about. */
export type ModelSample =
  | { readonly kind: 'made'; readonly files: ReadonlyMap<string, string> }
  | { readonly kind: 'none'; readonly why: string }
  /** It cannot be asked: no other sample is begun. */
  | { readonly kind: 'away'; readonly why: string };

/** What may change of code in one fix: more is no small edit, and of no class that may ever land alone. */
export const mostMended = { files: 2, lines: 20 } as const;

export type AttemptEnd =
  | 'fixed'
  /** It does not parse, build or install. */
  | 'not-built'
  | 'still-red'
  /** The reproducing test fails by another error. */
  | 'new-crash'
  | 'breaks-tests'
  /** It touches what no fix may touch. */
  | 'not-allowed'
  /** A revert does not apply. */
  | 'conflict'
  /** A model was asked, and made nothing. */
  | 'no-answer'
  /** A limit of the sandbox, or an answer that says nothing: never taken for a good end. */
  | 'not-measured';

/** One candidate and what came of it: all of them are recorded. */
export type Attempt = {
  readonly kind: FixKind;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly size: number;
  readonly end: AttemptEnd;
  readonly detail: string;
};

/** A candidate that passed everything. */
export type RankedFix = {
  readonly kind: FixKind;
  readonly name: string;
  readonly place: FaultPlace;
  readonly size: number;
  /** What it makes of the tip, by path; null: it goes. The reproducing test is not among them. */
  readonly files: ReadonlyMap<string, string | null>;
};

/** What the search for a fix came to. `findFix` in `src/agents/crash-fix/run-search.ts` answers it. */
export type FixSearch = {
  /** Best first; []: none. */
  readonly fixes: readonly RankedFix[];
  readonly tried: readonly Attempt[];
  readonly places: readonly FaultPlace[];
  /** What showed the crash; undefined: nothing did, and nothing was tried. */
  readonly reproducedBy: 'given' | 'recorded-call' | 'already-red' | undefined;
  /** The test of that, by path; empty: it is there already, or nothing showed it. */
  readonly test: ReproducingTest['files'];
  /** Why it ended before a fix, or before all was tried; undefined: all was tried. */
  readonly ended: { readonly code: string; readonly reason: string } | undefined;
};
