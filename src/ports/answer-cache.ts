/**
 * Keeps what models answered, by a digest of all that was asked and of whom: who hands in the same again gets no second draw. It may forget
 * anything at any time. MUST be bounded, MUST answer undefined for what is damaged, and MUST lie where neither a sandbox nor a change
 * under test can write: what it answers is believed. MUST NOT reject.
 */
export interface AnswerCache {
  /** `digest`: SHA-256 in hexadecimal. */
  get(digest: string): Promise<string | undefined>;
  put(digest: string, text: string): Promise<void>;
}
