import type { TestComparison, TestReport, TestRun } from '../../domain/test-comparison.ts';

/** What the base's tests say of the program with the flag fixed. */
export type FailingTests =
  /** The names of those that fail there each time, and pass on the base; `all` that run there. */
  | { readonly kind: 'found'; readonly failing: readonly string[]; readonly all: NamedTests }
  | { readonly kind: 'unclear'; readonly word: 'flaky' | 'unclear'; readonly why: string };

export type NamedTests = NonNullable<TestReport['tests']>;

/**
 * Which tests describe the flag off: those that pass on the base, and fail on the program with the flag fixed in both runs. That is
 * what runs show, and no name. All others must say there what they say on the base.
 */
export function failingTests({ base, head, rerun }: TestComparison): FailingTests {
  if (base.kind !== 'ran' || base.code !== 0) return unclear('the tests do not pass on the base');
  const before = namedTests(base);
  if (head.kind === 'ran' && head.code === 0) return { kind: 'found', failing: [], all: before ?? [] };
  if (before === undefined)
    return unclear(
      'tests fail with the flag fixed, and their report (TAP or JUnit, tests.report) tells no names',
    );
  const [once, twice] = [namedTests(head), rerun && namedTests(rerun)];
  if (once === undefined) return unclear('the tests cannot be run to their end with the flag fixed');
  if (twice === undefined) return unclear('the tests cannot be run to their end a second time');
  const flicker = firstDifference(once, twice);
  if (flicker !== undefined)
    return { kind: 'unclear', word: 'flaky', why: `"${flicker}" does not end the same way in two runs` };
  const failing = once.filter(({ state }) => state === 'not-ok').map(({ name }) => name);
  if (failing.length === 0) return unclear('the tests end with a failure, and none of them failed');
  const gone = new Set(failing);
  const [rest, now] = [before, once].map((tests) => tests.filter(({ name }) => !gone.has(name)));
  const other = firstDifference(rest ?? [], now ?? []);
  if (other !== undefined) return unclear(`"${other}" is not there, or does not end, as on the base`);
  const passed = before.filter(({ name, state }) => state === 'ok' && gone.has(name));
  return passed.length === failing.length && gone.size === failing.length
    ? { kind: 'found', failing, all: before }
    : unclear('a name of a test that fails stands twice in the report, or in none of the base');
}

/** undefined: not every test of it has a name there. */
export function namedTests(run: TestRun): NamedTests | undefined {
  return run.kind === 'ran' && run.report?.complete === true ? run.report.tests : undefined;
}

function unclear(why: string): FailingTests {
  return { kind: 'unclear', word: 'unclear', why };
}

/** A name that the two do not have equally often, each with its state. */
export function firstDifference(one: NamedTests, other: NamedTests): string | undefined {
  const left = new Map<string, number>();
  const keyOf = ({ name, state }: NamedTests[number]) => JSON.stringify([name, state]);
  for (const test of other) left.set(keyOf(test), (left.get(keyOf(test)) ?? 0) + 1);
  for (const test of one) {
    const count = left.get(keyOf(test)) ?? 0;
    if (count === 0) return test.name;
    left.set(keyOf(test), count - 1);
  }
  return other.find((test) => (left.get(keyOf(test)) ?? 0) > 0)?.name;
}
