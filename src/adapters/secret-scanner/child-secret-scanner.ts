import type { SourceText } from '../../domain/capabilities.ts';
import { isRecord } from '../../domain/npm/hostile-json.ts';
import type { SecretMatch } from '../../domain/secrets.ts';
import type { SecretScanner } from '../../ports/secret-scanner.ts';
import { askChildForList } from '../json-child.ts';

/** secretlint's recommended rules and some of our own, in a child process. Nothing for all texts of a child that crashed or hung. */
export class ChildSecretScanner implements SecretScanner {
  readonly #timeoutMs: number;

  constructor({ timeoutMs = 60_000 }: { timeoutMs?: number } = {}) {
    this.#timeoutMs = timeoutMs;
  }

  async scan(texts: readonly SourceText[]): Promise<ReadonlyMap<string, readonly SecretMatch[]>> {
    if (texts.length === 0) return new Map();
    const child = { script: 'scan-child', from: import.meta.url, timeoutMs: this.#timeoutMs };
    const answers = await askChildForList(child, texts);
    return new Map(
      answers.flatMap((answer): [string, readonly SecretMatch[]][] => {
        if (!isRecord(answer) || typeof answer.id !== 'string' || !Array.isArray(answer.found)) return [];
        return [[answer.id, answer.found]];
      }),
    );
  }
}
