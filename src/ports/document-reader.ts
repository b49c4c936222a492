import type { SourceText } from '../domain/capabilities.ts';
import type { DocumentOutline, DocumentReading } from '../domain/document.ts';

/** Reads Markdown as GitHub does. MUST survive any text: hostile Markdown may crash, hang or exhaust whatever parses it. */
export interface DocumentReader {
  /** By id. A document that could not be read is missing from the answer, which MUST be read as "may say anything". */
  outlines(documents: readonly SourceText[]): Promise<ReadonlyMap<string, DocumentOutline>>;
  /** The same, with the places that an edit needs. */
  readings(documents: readonly SourceText[]): Promise<ReadonlyMap<string, DocumentReading>>;
}
