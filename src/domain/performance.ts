/** What makes code faster and leaves what it does as it was; each is proposed only once it was measured. */
export const rewriteRules = [
  'hoist-pattern',
  'hoist-constant',
  'constant-set',
  'growing-accumulator',
] as const;
export type RewriteRule = (typeof rewriteRules)[number];

/** Where a function begins, as V8 names it: line and column from 0. */
export type FunctionPlace = { readonly name: string; readonly line: number; readonly column: number };

export type RewriteQuestion = {
  readonly path: string;
  readonly text: string;
  readonly functions: readonly FunctionPlace[];
};

export type Rewritten = {
  readonly rule: RewriteRule;
  /** From 1, in the text as it was. */
  readonly line: number;
  readonly before: string;
  /** What a person has to know to be so: no syntax says it. */
  readonly assumes: readonly string[];
};

/** In the order of the functions. */
export type RewriteAnswer =
  | {
      readonly kind: 'rewritten';
      /** The whole file, with this function's rewrites alone. */
      readonly text: string;
      readonly rewrites: readonly Rewritten[];
      /** The name of the function, or of the innermost around it that has one; null: none has. */
      readonly within: string | null;
    }
  /** `elsewhere`: no function of that name begins there, so the profile is of other code. */
  | { readonly kind: 'nothing' | 'elsewhere' };

/** How one pair of fresh processes compared, each by the lower quarter of its batches. */
export type BenchmarkPair = { readonly baseMs: number; readonly headMs: number };

/** Old against new on one machine. */
export type BenchmarkRun =
  | {
      readonly kind: 'measured';
      readonly pairs: readonly BenchmarkPair[];
      /** Calls of one batch. */
      readonly calls: number;
      readonly machine: {
        readonly node: string;
        readonly platform: string;
        readonly cpu: string;
        readonly cpus: number;
      };
    }
  /** `why`: the end of a sentence that begins with "The benchmark". */
  | { readonly kind: 'failed'; readonly why: string };
