import type { TestComparison, TestRun } from '../../domain/test-comparison.ts';

/** Why drivers are not proposed; `code` without the agent's name. */
export type Doubt = { readonly word: string; readonly reason: string };

/** What the project's own tests say of a tree with `added` drivers more. undefined: each runs there, and passes. */
export function doubtOf({ base, head, rerun }: TestComparison, added: number): Doubt | undefined {
  const before = okIn(base);
  if (typeof before !== 'number')
    return before.passed ? uncounted : { word: 'red-branch', reason: redBranch };
  const after = okIn(head);
  if (typeof after !== 'number') {
    if (after.passed) return uncounted;
    return rerun !== undefined && passed(rerun) ? flaky : fails;
  }
  // A command that runs other files alone would land tests that never run.
  return after - before >= added ? undefined : notRun;
}

const redBranch = "The branch's own tests do not pass: nothing can be told of more of them.";
const uncounted: Doubt = {
  word: 'not-counted',
  reason:
    'How many tests pass cannot be read from what the test command prints, so that nobody knows whether it runs them.',
};
const flaky: Doubt = { word: 'flaky', reason: 'With it the tests fail once and pass once.' };
const fails: Doubt = {
  word: 'fails',
  reason: "With it the tests fail on today's branch: what it describes is not so any more.",
};
const notRun: Doubt = {
  word: 'not-run',
  reason: 'The test command does not run it there: agents.drivers.path is where new test files are put.',
};

function okIn(run: TestRun): number | { readonly passed: boolean } {
  if (!passed(run)) return { passed: false };
  return run.kind === 'ran' && run.report !== undefined ? run.report.counts.ok : { passed: true };
}

function passed(run: TestRun): boolean {
  return run.kind === 'ran' && run.code === 0;
}
