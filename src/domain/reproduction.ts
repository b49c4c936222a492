/** What two builds of one tree made. */
export type TwoBuilds =
  | { readonly kind: 'same'; readonly files: number }
  /** Paths that only one build wrote, or each differently: the first, in order, and how many there are. */
  | { readonly kind: 'different'; readonly paths: readonly string[]; readonly count: number }
  | {
      readonly kind: 'failed';
      readonly phase: 'install' | 'build';
      /** The end of its output, or the limit that it went over. */
      readonly why: string;
    };

/** `base` only where the head's two builds differ: perhaps they always did. */
export type Reproduction = { readonly head: TwoBuilds; readonly base: TwoBuilds | undefined };
