import { describe, expect, it } from 'vitest';
import {
  countStates,
  type TestComparison,
  type TestRun,
  type TestState,
} from '../../domain/test-comparison.ts';
import { failingTests } from './failing.ts';

type Ran = Extract<TestRun, { kind: 'ran' }>;
type Tests = readonly (readonly [string, TestState])[];

function ran(tests: Tests, over: Partial<Ran> = {}): TestRun {
  const named = tests.map(([name, state]) => ({ name, state }));
  const counts = countStates(named);
  const report = { tests: named, counts, complete: true, format: 'tap', documents: 1 } as const;
  return { kind: 'ran', code: counts['not-ok'] > 0 ? 1 : 0, report, tail: '', ms: 1, ...over };
}

const before: Tests = [
  ['on', 'ok'],
  ['off', 'ok'],
  ['later', 'skip'],
];
const set = (name: string, state: TestState, tests = before): Tests =>
  tests.map(([each, was]) => [each, each === name ? state : was]);
const fails = ran(set('off', 'not-ok'));
const asked = (over: Partial<TestComparison>) =>
  failingTests({ base: ran(before), head: fails, rerun: fails, ...over });
const unnamed: Partial<Ran> = {
  report: {
    tests: undefined,
    counts: { ok: 2, 'not-ok': 0, skip: 0, todo: 0 },
    complete: true,
    format: 'summary',
    documents: 1,
  },
};
const cut: Partial<Ran> = {
  report: { tests: [], counts: countStates([]), complete: false, format: 'tap', documents: 1 },
};

describe('tests that fail once the flag is fixed', () => {
  it('are those that fail in both runs and pass on the base', () => {
    expect(asked({})).toMatchObject({
      kind: 'found',
      failing: ['off'],
      all: before.map(([name]) => ({ name })),
    });
  });

  it('are none where all pass', () => {
    expect(asked({ head: ran(before), rerun: undefined })).toMatchObject({ kind: 'found', failing: [] });
  });

  it.each<[string, Partial<TestComparison>]>([
    ['passes the second time', { rerun: ran(before) }],
    ['fails the second time only', { rerun: ran(set('on', 'not-ok', set('off', 'not-ok'))) }],
    ['is another one each time', { rerun: ran(set('on', 'not-ok')) }],
  ])('are not known where one %s', (_what, over) => {
    expect(asked(over)).toMatchObject({ kind: 'unclear', word: 'flaky' });
  });

  const both = (tests: Tests) => ({ head: ran(tests), rerun: ran(tests) });
  it.each<[string, Partial<TestComparison>]>([
    ['the base is red', { base: fails }],
    ['the base tells no names', { base: ran(before, unnamed) }],
    ['the base is cut short', { base: ran(before, cut) }],
    ['the head cannot be built', { head: { kind: 'build-failed', code: 1, tail: '' }, rerun: undefined }],
    ['the head is cut short', { head: ran(before, { ...cut, code: 1 }) }],
    ['there is no second run', { rerun: undefined }],
    ['the second run has no time', { rerun: { kind: 'limit', limit: 'seconds', phase: 'test' } }],
    ['no test fails, and the run does', { head: ran(before, { code: 1 }), rerun: ran(before, { code: 1 }) }],
    ['another test is gone', both(set('off', 'not-ok').slice(1))],
    ['another test is skipped', both(set('on', 'skip', set('off', 'not-ok')))],
    ['a skipped test passes', both(set('later', 'ok', set('off', 'not-ok')))],
    ['a test is new', both([...set('off', 'not-ok'), ['more', 'ok']])],
    ['one fails that was skipped', both(set('later', 'not-ok'))],
    ['one fails that the base does not have', both([...set('off', 'not-ok'), ['more', 'not-ok']])],
    [
      'a name that fails stands there twice',
      { base: ran([...before, ['off', 'ok']]), ...both([...set('off', 'not-ok'), ['off', 'ok']]) },
    ],
    [
      'a name fails twice',
      { base: ran([...before, ['off', 'ok']]), ...both([...set('off', 'not-ok'), ['off', 'not-ok']]) },
    ],
  ])('are not known where %s', (_what, over) => {
    expect(asked(over)).toMatchObject({ kind: 'unclear', word: 'unclear' });
  });
});
