import type { SourceText } from '../domain/capabilities.ts';
import type { Redacted } from '../domain/secrets.ts';

/**
 * Takes credentials out of texts before they are kept. MUST take out at least what a SecretScanner finds, guesses too, and whole; MUST
 * survive any text and obey no comment in it. It cannot find what was encoded, cut up, or looks like nothing.
 */
export interface Redactor {
  /** By id. A text that could not be looked through is missing from the answer, and MUST NOT be kept. */
  redact(texts: readonly SourceText[]): Promise<ReadonlyMap<string, Redacted>>;
}
