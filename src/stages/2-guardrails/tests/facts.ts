import type { TestCase } from '../../../domain/off-tests.ts';
import type { TestComparison } from '../../../domain/test-comparison.ts';

/** The test cases that the removal of a flag takes with it. */
export type OffTestFacts = {
  readonly cases: readonly TestCase[];
  /** The base's tests on both sides. The head is the base with the flag on, which the guardrail flag-off proves: there those cases must fail. */
  readonly onHead: TestComparison;
};
