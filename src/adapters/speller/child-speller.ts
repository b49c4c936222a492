import { isRecord } from '../../domain/npm/hostile-json.ts';
import type { Speller } from '../../ports/speller.ts';
import { askChild } from '../json-child.ts';

/** The dictionaries are read by a child process, which gives their memory back. */
export class ChildSpeller implements Speller {
  readonly #timeoutMs: number;

  constructor({ timeoutMs = 60_000 }: { readonly timeoutMs?: number } = {}) {
    this.#timeoutMs = timeoutMs;
  }

  async unknown(words: readonly string[]): Promise<ReadonlyMap<string, readonly string[]> | undefined> {
    const plain = [...new Set(words)].filter((word) => /^[a-z]{1,40}$/.test(word));
    if (plain.length === 0) return new Map();
    const child = { script: 'spell-child', from: import.meta.url, timeoutMs: this.#timeoutMs };
    const answers = await askChild(child, plain);
    if (!Array.isArray(answers)) return undefined;
    return new Map(
      answers.flatMap((answer: unknown): [string, readonly string[]][] =>
        isRecord(answer) && typeof answer.word === 'string' && Array.isArray(answer.meant)
          ? [[answer.word, answer.meant.map(String)]]
          : [],
      ),
    );
  }
}
