import type { SourcePair, SyntaxComparison } from '../domain/syntax.ts';

/** Compares programs by what they are, not by how they are written. */
export interface SyntaxComparer {
  /**
   * By path. A pair that could not be compared is missing from the answer, which MUST be read as "differs".
   * MUST survive any text: hostile source may crash, hang or exhaust whatever parses it.
   */
  compare(pairs: readonly SourcePair[]): Promise<ReadonlyMap<string, SyntaxComparison>>;
}
