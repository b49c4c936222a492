import type { Behaviour } from '../../domain/behaviour.ts';
import type { TestRun } from '../../domain/test-comparison.ts';

/** What a base's own tests said. */
export type BaseEvidence = {
  readonly first: TestRun;
  /** Only when something differed: the tests once more, watched too. */
  readonly second?: TestRun;
  /** Of the runs that passed, watched. */
  readonly seen?: readonly [Behaviour] | readonly [Behaviour, Behaviour];
};

/** What is red may be a flake, or the machine's fault. */
export function isSound({ first, second }: BaseEvidence): boolean {
  return [first, second].every((run) => run === undefined || (run.kind === 'ran' && run.code === 0));
}
