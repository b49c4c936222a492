import { isRecord } from '../../domain/npm/hostile-json.ts';
import type { RewriteAnswer, RewriteQuestion } from '../../domain/performance.ts';
import type { Rewriter } from '../../ports/rewriter.ts';
import { askChild } from '../json-child.ts';

const kinds: readonly unknown[] = ['rewritten', 'nothing', 'elsewhere'];

/** One child process for each file, because hostile source can end or exhaust the process that reads it. */
export class ChildRewriter implements Rewriter {
  readonly #timeoutMs: number;

  constructor({ seconds = 60 }: { readonly seconds?: number } = {}) {
    this.#timeoutMs = seconds * 1000;
  }

  async rewrite(question: RewriteQuestion): Promise<readonly RewriteAnswer[] | undefined> {
    const child = {
      script: 'rewrite-child',
      from: import.meta.url,
      timeoutMs: this.#timeoutMs,
      memoryMiB: 1024,
    };
    const answers = await askChild(child, question);
    return isAnswers(answers) && answers.length === question.functions.length ? answers : undefined;
  }
}

function isAnswers(value: unknown): value is readonly RewriteAnswer[] {
  return Array.isArray(value) && value.every((each) => isRecord(each) && kinds.includes(each.kind));
}
