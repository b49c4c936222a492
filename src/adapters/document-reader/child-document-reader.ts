import type { SourceText } from '../../domain/capabilities.ts';
import type { DocumentOutline } from '../../domain/document.ts';
import { isRecord } from '../../domain/npm/hostile-json.ts';
import type { DocumentReader } from '../../ports/document-reader.ts';
import { askChildForList } from '../json-child.ts';

/** GitHub-flavoured Markdown in a child process. Nothing for all documents of a child that crashed or hung. */
export class ChildDocumentReader implements DocumentReader {
  readonly #timeoutMs: number;

  constructor({ timeoutMs = 30_000 }: { timeoutMs?: number } = {}) {
    this.#timeoutMs = timeoutMs;
  }

  async outlines(documents: readonly SourceText[]): Promise<ReadonlyMap<string, DocumentOutline>> {
    if (documents.length === 0) return new Map();
    const child = { script: 'outline-child', from: import.meta.url, timeoutMs: this.#timeoutMs };
    const answers = await askChildForList(child, documents);
    return new Map(
      answers.flatMap((answer): [string, DocumentOutline][] =>
        isRecord(answer) && typeof answer.id === 'string' && isOutline(answer.outline)
          ? [[answer.id, answer.outline]]
          : [],
      ),
    );
  }
}

/** The child is this program's own; its lists hold what outline.ts puts there. */
function isOutline(value: unknown): value is DocumentOutline {
  return (
    isRecord(value) && ['links', 'anchors', 'blocks', 'hidden'].every((list) => Array.isArray(value[list]))
  );
}
