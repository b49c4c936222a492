import type { SourceText } from '../domain/capabilities.ts';
import type { SecretMatch } from '../domain/secrets.ts';

/** Finds credentials in texts. MUST survive any text, obey no comment in it, and hand out no part of what it finds. */
export interface SecretScanner {
  /** By id. A text that could not be scanned is missing from the answer, which MUST be read as "may hold a secret". */
  scan(texts: readonly SourceText[]): Promise<ReadonlyMap<string, readonly SecretMatch[]>>;
}
