import type { FlagRemovalAnswer, FlagRemovalQuestion } from '../domain/flag-removal.ts';
import type { TestRemovalAnswer, TestRemovalQuestion } from '../domain/off-tests.ts';

/**
 * Rewrites sources as if a flag always had one value. MUST survive any text, as a prover must, and MUST NOT execute it. What it
 * answers is proposed, not proved: whoever takes it in MUST have it compared.
 */
export interface FlagRemover {
  /** undefined: the files could not be read. */
  remove(question: FlagRemovalQuestion): Promise<FlagRemovalAnswer | undefined>;
  /** The same for test cases that are to go with it. */
  removeTests(question: TestRemovalQuestion): Promise<TestRemovalAnswer | undefined>;
}
