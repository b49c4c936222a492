import type { Sha } from '../domain/change.ts';
import type { Driver, DriverEvidence, DriverFaults, DriverRun, DriverTrials } from '../domain/driver.ts';
import type { Observed, TestCommands } from './test-runner.ts';

export type DriverSides = {
  /** A commit or a tree; so is `head`. */
  readonly base: Sha;
  readonly head: Sha;
};

export type DriverTrial = {
  /** In the order in which they are tried. */
  readonly drivers: readonly Driver[];
  /** Whose boundary is recorded. */
  readonly watched: Observed;
  readonly faults: DriverFaults;
  /** With the base, each with another seed for what is random. */
  readonly runs: number;
  readonly secondsEach: number;
  /** No driver is begun after this long. */
  readonly seconds: number;
  /** Whether what was seen so far is enough to drop it: it is not run any more. */
  isDropped(evidence: DriverEvidence, idle: DriverRun): boolean;
};

/** Runs tests that a model wrote. */
export interface DriverRunner {
  /**
   * With the base, then with faults, then with the head. MUST run each process in the sandbox, without network, bounded in time, and
   * with the project only to be read. MUST NOT show a driver, or what it left, to another run. MUST NOT call a fault noticed
   * unless it was made and the driver then failed by itself or went over its time. Rejects (`sandbox.…`, `git.…`) only when
   * nothing could be run.
   */
  run(
    commands: Pick<TestCommands, 'install' | 'build'>,
    sides: DriverSides,
    trial: DriverTrial,
  ): Promise<DriverTrials>;
}
