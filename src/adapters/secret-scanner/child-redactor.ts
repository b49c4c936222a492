import type { SourceText } from '../../domain/capabilities.ts';
import { isRecord } from '../../domain/npm/hostile-json.ts';
import type { Redacted } from '../../domain/secrets.ts';
import type { Redactor } from '../../ports/redactor.ts';
import { askChildForList } from '../json-child.ts';

/** As ChildSecretScanner, whose rules it shares. Nothing for all texts of a child that crashed or hung. */
export class ChildRedactor implements Redactor {
  readonly #timeoutMs: number;

  constructor({ timeoutMs = 60_000 }: { timeoutMs?: number } = {}) {
    this.#timeoutMs = timeoutMs;
  }

  async redact(texts: readonly SourceText[]): Promise<ReadonlyMap<string, Redacted>> {
    if (texts.length === 0) return new Map();
    const child = { script: 'redact-child', from: import.meta.url, timeoutMs: this.#timeoutMs };
    const answers = await askChildForList(child, texts);
    return new Map(
      answers.flatMap((answer): [string, Redacted][] => {
        if (!isRecord(answer) || typeof answer.id !== 'string' || !isRedacted(answer.redacted)) return [];
        return [[answer.id, answer.redacted]];
      }),
    );
  }
}

function isRedacted(value: unknown): value is Redacted {
  return isRecord(value) && typeof value.text === 'string' && Array.isArray(value.redactions);
}
