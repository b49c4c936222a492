import type { FlagRemovalAnswer, FlagRemovalQuestion } from '../../domain/flag-removal.ts';
import { isRecord } from '../../domain/npm/hostile-json.ts';
import type { TestRemovalAnswer, TestRemovalQuestion } from '../../domain/off-tests.ts';
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
    const answer = await this.#ask({ flag: question });
    return isAnswer<FlagRemovalAnswer>(answer) ? answer : undefined;
  }

  async removeTests(question: TestRemovalQuestion): Promise<TestRemovalAnswer | undefined> {
    const answer = await this.#ask({ tests: question });
    return isAnswer<TestRemovalAnswer>(answer) ? answer : undefined;
  }

  #ask(job: RemovalJob): Promise<unknown> {
    const child = { script: 'remove-child', from: import.meta.url, timeoutMs: this.#jobMs, memoryMiB: 1024 };
    return askChild(child, job);
  }
}

/** What the child is asked. */
export type RemovalJob = { readonly flag: FlagRemovalQuestion } | { readonly tests: TestRemovalQuestion };

function isAnswer<Answer extends FlagRemovalAnswer | TestRemovalAnswer>(value: unknown): value is Answer {
  if (!isRecord(value)) return false;
  return value.kind === 'removed' ? Array.isArray(value.files) : value.kind === 'cannot';
}
