import type { Behaviour } from '../domain/behaviour.ts';
import type { Sha } from '../domain/change.ts';
import type { TestComparison, TestRun } from '../domain/test-comparison.ts';

/** A command as argv. */
export type Argv = readonly [string, ...string[]];

export type TestCommands = {
  /** null: nothing to install. */
  readonly install: Argv | null;
  /** null: nothing to build. */
  readonly build: Argv | null;
  readonly test: Argv;
  readonly testSeconds: number;
  /**
   * The path of the JUnit files that the tests write, from the project's root; `*` stands for any part of a name. Counts are
   * then read from them alone. null or absent: from the output.
   */
  readonly report?: string | null;
};

export type TestSides = {
  /** A commit or a tree; so is `head`. */
  readonly base: Sha;
  readonly head: Sha;
  /** `base`: the base's tests take the place of the head's. `own`: each side is judged by its own. `head`: the head's take the place of the base's. */
  readonly judgedBy: 'base' | 'own' | 'head';
  /** Whose boundary is recorded while the tests run. Absent or empty: none, and the base's run once. */
  readonly observe?: Observed;
  /** Whether one recorded run of the base and the head's say all there is to say. Where not, or absent, the base's run twice. */
  readonly isSettled?: IsSettled;
};

export type IsSettled = (base: Behaviour, head: Behaviour) => boolean;

export type Observed = {
  /** Names of packages. */
  readonly packages: readonly string[];
  /** Files of the project, which both sides have: paths relative to its root. */
  readonly modules: readonly string[];
};

/** Measures what a change does to the project's own tests. */
export interface TestRunner {
  /**
   * Runs the same commands on both sides, each in a clean sandbox of its own, and a side's tests once more if they fail.
   * Tests that fail when they are watched MUST be run unwatched before they count as failing.
   * MUST NOT let one side see the other, nor leave anything behind. MUST answer `limit`, never a count, when output was cut
   * that it is read from. MUST NOT count a report that is from before the run.
   * A red test is an answer; rejects (`sandbox.unavailable`, `git.…`) only when nothing could be measured.
   */
  compare(commands: TestCommands, sides: TestSides): Promise<TestComparison>;
  /**
   * Begins what a comparison of the same sides will need and what runs none of their code. Absent: nothing can be begun.
   * MUST NOT fail: the comparison meets the fault.
   */
  begin?(commands: TestCommands, sides: TestSides): Begun;
}

/** Measures one tree alone: for whoever tries many of them against one that is known. */
export interface TestMeasurer {
  /** Runs the commands once, in a clean sandbox of its own, and installs as `compare` does. All that `compare` MUST and MUST NOT. */
  measure(commands: TestCommands, tree: Sha): Promise<TestRun>;
}

export type Begun = {
  /** Lets go of what no comparison took, and waits until it is gone. Never rejects. */
  discard(): Promise<void>;
};
