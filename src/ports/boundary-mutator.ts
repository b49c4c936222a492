import type { BoundaryMutant } from '../domain/boundary-mutation.ts';
import type { Sha } from '../domain/change.ts';
import type { MutationRun } from '../domain/mutation.ts';
import type { TestCommands } from './test-runner.ts';

export type BoundaryTrial = {
  /** Names of the packages at whose boundary the faults are made. */
  readonly packages: readonly string[];
  /** In the order in which they are tried. */
  readonly chosen: readonly BoundaryMutant[];
  /** No mutant is begun after this long. */
  readonly seconds: number;
  /** Nothing is decided by it, so that a part of it is as good an answer. */
  readonly advice: boolean;
};

/** Replaces what packages answer to a project, and looks what of it the project's tests notice. */
export interface BoundaryMutator {
  /**
   * Runs the tests of `commit` (or of a tree) in the sandbox: once without a fault, once for each chosen mutant, and once more.
   * MUST call `unreached` what changed no result in its run, however that ended. MUST NOT call a mutant killed unless the
   * tests ended by themselves with a failure. A red test is an answer; rejects (`sandbox.…`, `git.…`) only when nothing
   * could be measured.
   */
  run(commands: TestCommands, commit: Sha, trial: BoundaryTrial): Promise<MutationRun>;
}
