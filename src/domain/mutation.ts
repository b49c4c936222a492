/** Lines of a text, from 1, both ends included. */
export type LineRange = { readonly from: number; readonly to: number };

/** A source file of the head, and the lines of it in which faults are to be made. */
export type MutationTarget = {
  readonly path: string;
  readonly text: string;
  readonly lines: readonly LineRange[];
};

/** One small fault that could be in the program. Its texts are as the source has them: hostile, and cut. */
export type Mutant = {
  /** Names it among all mutants of one instrumentation. */
  readonly id: string;
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** StrykerJS's name of the kind of fault, such as `EqualityOperator`. */
  readonly mutator: string;
  /** The code that is replaced, and what replaces it. */
  readonly original: string;
  readonly replacement: string;
  /** The lines that it stands in, before and after. */
  readonly before: string;
  readonly after: string;
  /** A comment in the source asks not to make it: it is not in the program. */
  readonly silenced: boolean;
};

/** A file with all of its mutants in it, each asleep until a variable of the environment names it. */
export type InstrumentedFile = {
  readonly path: string;
  readonly text: string;
  readonly mutants: readonly Mutant[];
};

export type Instrumentation = {
  readonly files: readonly InstrumentedFile[];
  /** Paths of the targets that could not be read, or have too many mutants to hold. */
  readonly unreadable: readonly string[];
  /** Names of the variables: which mutant is awake; in which file the mutants that are reached are noted. */
  readonly variables: { readonly awake: string; readonly reached: string };
};

/**
 * `killed`: the tests fail with it. `timeout`: they go over a limit with it, which people would notice too.
 * `survived`: they pass with it. `unreached`: they never run its place.
 */
export type MutantState = 'killed' | 'timeout' | 'survived' | 'unreached';

export type MutationRun =
  /** Without any mutant awake the tests do not pass: nothing can be measured. */
  | { readonly kind: 'red'; readonly phase: 'install' | 'build' | 'test'; readonly tail: string }
  | {
      readonly kind: 'ran';
      /** By id; those that there was no time for are missing. */
      readonly states: ReadonlyMap<string, MutantState>;
      /** The tests passed once more at the end, told to wake a mutant that is not there. */
      readonly steady: boolean;
      /** How long the tests take without a fault. */
      readonly testMs: number;
    };
