import type { FlagAnswer, FlagQuestion } from '../../domain/flag-off.ts';
import { isRecord } from '../../domain/npm/hostile-json.ts';
import type { RemovedTests } from '../../domain/off-tests.ts';
import type { CriticalFunction, Proof } from '../../domain/proof.ts';
import type { SourcePair } from '../../domain/syntax.ts';
import type { Prover } from '../../ports/prover.ts';
import { askChild } from '../json-child.ts';

type Limits = {
  /** Of each question to the solver, in its own steps; three may be asked for one function. Default 20 million. */
  readonly effort?: number;
  /** Of a whole job. Default 120. */
  readonly seconds?: number;
};

/** One child process for each job, because hostile source can end or exhaust the process that reads it. */
export class ChildProver implements Prover {
  readonly #effort: number;
  readonly #jobMs: number;

  constructor({ effort = 20_000_000, seconds = 120 }: Limits = {}) {
    this.#effort = effort;
    this.#jobMs = seconds * 1000;
  }

  async survey(pairs: readonly SourcePair[]): Promise<ReadonlyMap<string, readonly CriticalFunction[]>> {
    const answer = new Map<string, readonly CriticalFunction[]>();
    if (pairs.length === 0) return answer;
    const output = await this.#run({ survey: pairs });
    for (const item of Array.isArray(output) ? output : [])
      if (isRecord(item) && typeof item.path === 'string' && Array.isArray(item.found))
        answer.set(item.path, item.found);
    return answer;
  }

  async prove(pair: SourcePair, name: string): Promise<Proof> {
    const output = await this.#run({ prove: pair, name, effort: this.#effort });
    return isProof(output)
      ? output
      : { verdict: 'unknown', why: 'it took too long, or too much memory', tried: 0 };
  }

  async flags(question: FlagQuestion): Promise<FlagAnswer | undefined> {
    const output = await this.#run({ flags: question });
    return isFlagAnswer(output) ? output : undefined;
  }

  async removedTests(pairs: readonly SourcePair[]): Promise<RemovedTests | undefined> {
    const output = await this.#run({ tests: pairs });
    return isRemovedTests(output) ? output : undefined;
  }

  #run(job: unknown): Promise<unknown> {
    const child = { script: 'prove-child', from: import.meta.url, timeoutMs: this.#jobMs, memoryMiB: 1024 };
    return askChild(child, job);
  }
}

function isProof(value: unknown): value is Proof {
  const verdicts: readonly unknown[] = ['proved', 'refuted', 'unsupported', 'unknown'];
  return isRecord(value) && verdicts.includes(value.verdict);
}

function isRemovedTests(value: unknown): value is RemovedTests {
  if (!isRecord(value)) return false;
  return value.kind === 'whole' ? Array.isArray(value.cases) : value.kind === 'other';
}

function isFlagAnswer(value: unknown): value is FlagAnswer {
  return (
    isRecord(value) && Array.isArray(value.added) && Array.isArray(value.doubts) && Array.isArray(value.wants)
  );
}
