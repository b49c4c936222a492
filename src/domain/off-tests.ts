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

/** Which test cases to take out: the names of `failing` are among those of `report`. */
export type TestRemovalQuestion = {
  /** Test files that may hold them. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** Names of every test that ran, as the report has them. */
  readonly report: readonly string[];
  readonly failing: readonly string[];
};

/** `removed`: the files that changed, by their new texts; one that is left without a test is ''. It is proved by nobody yet. */
export type TestRemovalAnswer =
  | { readonly kind: 'removed'; readonly files: readonly { readonly path: string; readonly text: string }[] }
  | { readonly kind: 'cannot'; readonly why: string };
