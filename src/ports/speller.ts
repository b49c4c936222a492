/** Knows English, and words of programming. */
export interface Speller {
  /**
   * The words that it does not know, each with the known words that one slip of a typist makes of it ([]: none,
   * or too much to look for). Words are in lower case. MUST NOT answer for a word that may be a derivation of a known one. undefined: it
   * could not look.
   */
  unknown(words: readonly string[]): Promise<ReadonlyMap<string, readonly string[]> | undefined>;
}
