import type { Candidate, CandidateQuestion } from '../../domain/crash-fix.ts';
import type { FixMaker } from '../../ports/fix-maker.ts';
import { askChild } from '../json-child.ts';

/** One child process for each place, because hostile source can end or exhaust the process that reads it. */
export class ChildFixMaker implements FixMaker {
  readonly #timeoutMs: number;

  /** `seconds`: of a whole job; default 60. */
  constructor({ seconds = 60 }: { readonly seconds?: number } = {}) {
    this.#timeoutMs = seconds * 1000;
  }

  async candidates(question: CandidateQuestion): Promise<readonly Candidate[] | undefined> {
    const child = { script: 'fix-child', from: import.meta.url, timeoutMs: this.#timeoutMs, memoryMiB: 1024 };
    const answer = await askChild(child, question);
    return Array.isArray(answer) ? (answer as readonly Candidate[]) : undefined;
  }
}
