import type { FlagRemovalAnswer, FlagRemovalQuestion } from '../../domain/flag-removal.ts';
import { isRecord } from '../../domain/npm/hostile-json.ts';
import type { FlagRemover } from '../../ports/flag-remover.ts';
import { askChild } from '../json-child.ts';

/** One child process for each flag, because hostile source can end or exhaust the process that reads it. */
export class ChildFlagRemover implements FlagRemover {
  readonly #jobMs: number;

  /** `seconds`: of a whole job; default 120. */
  constructor({ seconds = 120 }: { readonly seconds?: number } = {}) {
    this.#jobMs = seconds * 1000;
  }

  async remove(question: FlagRemovalQuestion): Promise<FlagRemovalAnswer | undefined> {
    const child = { script: 'remove-child', from: import.meta.url, timeoutMs: this.#jobMs, memoryMiB: 1024 };
    const answer = await askChild(child, question);
    return isAnswer(answer) ? answer : undefined;
  }
}

function isAnswer(value: unknown): value is FlagRemovalAnswer {
  if (!isRecord(value)) return false;
  return value.kind === 'removed' ? Array.isArray(value.files) : value.kind === 'cannot';
}
