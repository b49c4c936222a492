/** What to rewrite: one flag, as if it always had one value. */
export type FlagRemovalQuestion = {
  readonly key: string;
  readonly value: boolean;
  /** The code files that may ask for it. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** Every code file of the tree. */
  readonly paths: readonly string[];
  /** `MODULE#NAME`: what evaluates a flag beside OpenFeature's clients. */
  readonly helpers: readonly string[];
};

/** `removed`: the files that changed, by their new texts. It is proved by nobody yet. */
export type FlagRemovalAnswer =
  | { readonly kind: 'removed'; readonly files: readonly { readonly path: string; readonly text: string }[] }
  | { readonly kind: 'cannot'; readonly path: string; readonly line: number; readonly why: string };
