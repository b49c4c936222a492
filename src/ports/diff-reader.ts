import type { FileDiff, FilePair } from '../domain/file-diff.ts';

/**
 * Says which lines a change adds and removes, with comments and without. MUST survive any text: hostile source may crash, hang or
 * exhaust whatever parses it. MUST NOT guess where the comments of a language are that it does not know.
 */
export interface DiffReader {
  /** By path. A pair that is missing from the answer could not be read, which MUST be taken as "nobody has seen it". */
  read(pairs: readonly FilePair[]): Promise<ReadonlyMap<string, FileDiff>>;
}
