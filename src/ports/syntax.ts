import type { Capability, SourceText } from '../domain/capabilities.ts';
import type { SourcePair, SyntaxComparison } from '../domain/syntax.ts';

/** Reads programs by what they are, not by how they are written. MUST survive any text: hostile source may crash, hang or exhaust whatever parses it. */
export interface SyntaxComparer {
  /** By path. A pair that could not be compared is missing from the answer, which MUST be read as "differs". */
  compare(pairs: readonly SourcePair[]): Promise<ReadonlyMap<string, SyntaxComparison>>;
  /** By id. A source that could not be read is missing from the answer, which MUST be read as "may do anything". */
  capabilities(sources: readonly SourceText[]): Promise<ReadonlyMap<string, readonly Capability[]>>;
  /**
   * By id: why a sample of a program (in a language that the ending of its path names) does not parse; null: it does.
   * One that could not be read is missing from the answer, which MUST be read as "may be wrong".
   */
  faults(sources: readonly SourceText[]): Promise<ReadonlyMap<string, string | null>>;
}
