import type { Observation } from './behaviour.ts';

export type TestState = 'ok' | 'not-ok' | 'skip' | 'todo';

/** What the output of a test command says. */
export type TestReport = {
  /** Each leaf test, in order; undefined: the output holds counts only. */
  readonly tests: readonly { readonly name: string; readonly state: TestState }[] | undefined;
  readonly counts: { readonly [State in TestState]: number };
  /** Every plan was there and was kept. */
  readonly complete: boolean;
  readonly format: 'tap' | 'junit' | 'summary';
  /** How many summaries, or documents, this was added up from: one for each run of a runner. */
  readonly documents: number;
};

/** One run of a side's commands. */
export type TestRun =
  | { readonly kind: 'install-failed' | 'build-failed'; readonly code: number; readonly tail: string }
  | {
      readonly kind: 'limit';
      readonly limit: 'seconds' | 'memory' | 'processes' | 'disk' | 'output';
      readonly phase: 'install' | 'build' | 'test';
    }
  | {
      readonly kind: 'ran';
      readonly code: number;
      /** undefined: no counts can be read from the output, or from the files that the tests were to write. */
      readonly report: TestReport | undefined;
      /** Why not, where they are read from files. */
      readonly unread?: string;
      readonly tail: string;
      readonly ms: number;
    };

export type TestComparison = {
  readonly base: TestRun;
  readonly head: TestRun;
  /** Only when `base` failed: its tests once more. */
  readonly baseRerun?: TestRun | undefined;
  /** Only when `head` failed: its tests once more. */
  readonly rerun: TestRun | undefined;
  /** What was seen of the packages to observe; undefined: there were none. */
  readonly observed?: Observation | undefined;
};

export function countStates(tests: readonly { readonly state: TestState }[]): TestReport['counts'] {
  const counts = { ok: 0, 'not-ok': 0, skip: 0, todo: 0 };
  for (const { state } of tests) counts[state]++;
  return counts;
}
