import type { Sha } from '../domain/change.ts';
import type { BenchmarkRun } from '../domain/performance.ts';
import type { RecordedCall } from '../domain/recorded-call.ts';
import type { TestCommands } from './test-runner.ts';

export type BenchmarkJob = {
  /** A commit or a tree; so is `head`. */
  readonly base: Sha;
  readonly head: Sha;
  /** Their packages are names of files of the project. */
  readonly calls: readonly RecordedCall[];
  /** Of fresh processes, one for each side. */
  readonly pairs: number;
  /** All of it is ended after this long. */
  readonly seconds: number;
};

/** Measures how long the same calls take with the files of each side. */
export interface Benchmarker {
  /**
   * MUST run in the sandbox without network, take the time outside of the process that makes the calls, start both processes of a pair
   * anew (what one process has been dealt of memory and of the compiler's choices is no property of the code), and let a coin say which
   * side goes first each time. MUST answer `failed` unless each call was made by each process.
   * Rejects (`sandbox.unavailable`, `git.…`) only when nothing could be run.
   */
  compare(commands: Pick<TestCommands, 'install' | 'build'>, job: BenchmarkJob): Promise<BenchmarkRun>;
}
