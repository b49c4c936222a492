import type { ApiComparison, ApiQuestion, SourceImports } from '../domain/api.ts';
import type { SourceText } from '../domain/capabilities.ts';
import type { DeclaredFunction, ParameterQuestion } from '../domain/parameter-types.ts';

/** Reads what packages promise and what sources take. MUST run nothing of what it reads, and survive any text. */
export interface ApiReader {
  /** What the new version takes back. undefined: it could not be found out (too large, too slow, crashed), which MUST NOT be read as "nothing". */
  compare(question: ApiQuestion): Promise<ApiComparison | undefined>;
  /** By id. A source that could not be read is missing, which MUST be read as "may take anything". */
  imports(sources: readonly SourceText[]): Promise<ReadonlyMap<string, SourceImports>>;
  /** For each function that is asked for. undefined: it could not be found out. */
  parameters(question: ParameterQuestion): Promise<readonly DeclaredFunction[] | undefined>;
}
