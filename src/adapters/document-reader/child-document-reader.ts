import type { SourceText } from '../../domain/capabilities.ts';
import type { DocumentOutline, DocumentReading } from '../../domain/document.ts';
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
    return byId(await this.#ask('outline-child', documents), 'outline', isOutline);
  }

  async readings(documents: readonly SourceText[]): Promise<ReadonlyMap<string, DocumentReading>> {
    return byId(await this.#ask('reading-child', documents), 'reading', isReading);
  }

  async #ask(script: string, documents: readonly SourceText[]): Promise<readonly unknown[]> {
    if (documents.length === 0) return [];
    return askChildForList({ script, from: import.meta.url, timeoutMs: this.#timeoutMs }, documents);
  }
}

function byId<T>(
  answers: readonly unknown[],
  what: string,
  is: (value: unknown) => value is T,
): ReadonlyMap<string, T> {
  return new Map(
    answers.flatMap((answer): [string, T][] => {
      if (!isRecord(answer) || typeof answer.id !== 'string') return [];
      const value: unknown = answer[what];
      return is(value) ? [[answer.id, value]] : [];
    }),
  );
}

/** The child is this program's own; its lists hold what outline.ts and reading.ts put there. */
function isOutline(value: unknown): value is DocumentOutline {
  return hasLists(value, ['links', 'anchors', 'blocks', 'hidden']);
}

function isReading(value: unknown): value is DocumentReading {
  return hasLists(value, ['places', 'words', 'codes']) && isOutline(value.outline);
}

function hasLists(value: unknown, names: readonly string[]): value is Readonly<Record<string, unknown>> {
  return isRecord(value) && names.every((name) => Array.isArray(value[name]));
}
