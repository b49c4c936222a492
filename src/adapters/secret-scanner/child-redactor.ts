import type { SourceText } from '../../domain/capabilities.ts';
import { Limiter } from '../../domain/limiter.ts';
import { isRecord } from '../../domain/npm/hostile-json.ts';
import type { Redacted } from '../../domain/secrets.ts';
import type { Redactor } from '../../ports/redactor.ts';
import { askChildForList } from '../json-child.ts';

const mostChildren = 2;

/** As ChildSecretScanner, whose rules it shares. Nothing for all texts of a child that crashed or hung. */
export class ChildRedactor implements Redactor {
  readonly #timeoutMs: number;
  // Each loads all rules: a panel that answers at once must not start a dozen of them.
  readonly #children = new Limiter(mostChildren);

  constructor({ timeoutMs = 60_000 }: { timeoutMs?: number } = {}) {
    this.#timeoutMs = timeoutMs;
  }

  async redact(texts: readonly SourceText[]): Promise<ReadonlyMap<string, Redacted>> {
    if (texts.length === 0) return new Map();
    const child = { script: 'redact-child', from: import.meta.url, timeoutMs: this.#timeoutMs };
    const answers = await this.#children.run(() => askChildForList(child, texts));
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
