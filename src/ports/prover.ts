import type { FlagAnswer, FlagQuestion } from '../domain/flag-off.ts';
import type { RemovedTests } from '../domain/off-tests.ts';
import type { CriticalFunction, Proof } from '../domain/proof.ts';
import type { SourcePair } from '../domain/syntax.ts';

/**
 * Proves what functions tagged `@critical` do. MUST survive any text: hostile source may crash, hang or exhaust whatever
 * parses or solves it. MUST NOT execute it.
 */
export interface Prover {
  /** By path. A pair that could not be read is missing from the answer, which MUST be read as "may hold anything". */
  survey(pairs: readonly SourcePair[]): Promise<ReadonlyMap<string, readonly CriticalFunction[]>>;
  /** One function of a file, by its name. MUST answer `unknown` for whatever runs into a limit. */
  prove(pair: SourcePair, name: string): Promise<Proof>;
  /** What is left of a change when its flags are off. undefined: the files could not be read. */
  flags(question: FlagQuestion): Promise<FlagAnswer | undefined>;
  /** What a change does to these test files; a side that does not exist is ''. undefined: they could not be read. */
  removedTests(pairs: readonly SourcePair[]): Promise<RemovedTests | undefined>;
}
