import { countStates, type TestRun, type TestState } from '../domain/test-comparison.ts';

type Ran = Extract<TestRun, { kind: 'ran' }>;

/** A run as its report tells it: each test by its name, in this order. */
export function testRun(tests: readonly (readonly [string, TestState])[], over: Partial<Ran> = {}): TestRun {
  const named = tests.map(([name, state]) => ({ name, state }));
  const counts = countStates(named);
  const report = { tests: named, counts, complete: true, format: 'tap', documents: 1 } as const;
  return { kind: 'ran', code: counts['not-ok'] > 0 ? 1 : 0, report, tail: '', ms: 1, ...over };
}
