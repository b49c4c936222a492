/** A whole test case, as its file writes it. */
export type TestCase = {
  readonly path: string;
  readonly line: number;
  /** Of its groups, the outermost first, and its own. */
  readonly titles: readonly string[];
};

/** What a change does to its test files. */
export type RemovedTests =
  /** It takes these test cases out, with what only they used, and does nothing else. */
  | { readonly kind: 'whole'; readonly cases: readonly TestCase[] }
  | { readonly kind: 'other'; readonly path: string; readonly line: number; readonly why: string };
