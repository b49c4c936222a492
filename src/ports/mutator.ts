import type { Instrumentation, MutationRun, MutationTarget } from '../domain/mutation.ts';
import type { TestCommands, TestSides } from './test-runner.ts';

export type MutationTrial = {
  readonly instrumentation: Instrumentation;
  /** Ids of the mutants to wake, one after the other. */
  readonly chosen: readonly string[];
  /** No mutant is begun after this long. */
  readonly seconds: number;
};

/** Makes small faults in a program, and looks which of them its own tests notice. */
export interface Mutator {
  /** Pure, as far as the texts go. MUST survive any text: what could not be read is named in `unreadable`, never left out. */
  instrument(targets: readonly MutationTarget[]): Promise<Instrumentation>;
  /**
   * Runs the tests of the head in the sandbox: once without a fault, once for each chosen mutant that they reach, and once more.
   * MUST NOT call a mutant killed unless the tests ended by themselves with a failure. A red test is an answer;
   * rejects (`sandbox.…`, `git.…`) only when nothing could be measured.
   */
  run(commands: TestCommands, sides: TestSides, trial: MutationTrial): Promise<MutationRun>;
}
