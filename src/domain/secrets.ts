/** One place of a text that holds a credential. It carries no part of the text: it may go wherever a reason goes. */
export type SecretMatch = {
  /** What kind of credential, such as `github` or `private-key`. */
  readonly rule: string;
  /** false: it only looks like one (an assignment of random text). */
  readonly certain: boolean;
  /** From 1. */
  readonly line: number;
  /** Equal for equal credentials of one call; under a key that is thrown away, so that it tells nobody what they are. */
  readonly fingerprint: string;
};

/** A text without its credentials: in the place of each stands `[redacted: RULE]`. */
export type Redacted = {
  readonly text: string;
  /** By kind and place, never by value; `line` of the text as it was. */
  readonly redactions: readonly { readonly rule: string; readonly line: number }[];
};
