import { describe, expect, it } from 'vitest';
import { countStates, type TestComparison, type TestState } from '../../domain/test-comparison.ts';
import { testRun } from '../../testing/test-runs.ts';
import { failingTests } from './failing.ts';

type Tests = readonly (readonly [string, TestState])[];

const before: Tests = [
  ['on', 'ok'],
  ['off', 'ok'],
  ['later', 'skip'],
];
const set = (name: string, state: TestState, tests = before): Tests =>
  tests.map(([each, was]) => [each, each === name ? state : was]);
const fails = testRun(set('off', 'not-ok'));
const asked = (over: Partial<TestComparison>) =>
  failingTests({ base: testRun(before), head: fails, rerun: fails, ...over });
const unnamed: Parameters<typeof testRun>[1] = {
  report: {
    tests: undefined,
    counts: { ok: 2, 'not-ok': 0, skip: 0, todo: 0 },
    complete: true,
    format: 'summary',
    documents: 1,
  },
};
const cut: Parameters<typeof testRun>[1] = {
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
    expect(asked({ head: testRun(before), rerun: undefined })).toMatchObject({ kind: 'found', failing: [] });
  });

  it.each<[string, Partial<TestComparison>]>([
    ['passes the second time', { rerun: testRun(before) }],
    ['fails the second time only', { rerun: testRun(set('on', 'not-ok', set('off', 'not-ok'))) }],
    ['is another one each time', { rerun: testRun(set('on', 'not-ok')) }],
  ])('are not known where one %s', (_what, over) => {
    expect(asked(over)).toMatchObject({ kind: 'unclear', word: 'flaky' });
  });

  const both = (tests: Tests) => ({ head: testRun(tests), rerun: testRun(tests) });
  it.each<[string, Partial<TestComparison>]>([
    ['the base is red', { base: fails }],
    ['the base tells no names', { base: testRun(before, unnamed) }],
    ['the base is cut short', { base: testRun(before, cut) }],
    ['the head cannot be built', { head: { kind: 'build-failed', code: 1, tail: '' }, rerun: undefined }],
    ['the head is cut short', { head: testRun(before, { ...cut, code: 1 }) }],
    ['there is no second run', { rerun: undefined }],
    ['the second run has no time', { rerun: { kind: 'limit', limit: 'seconds', phase: 'test' } }],
    [
      'no test fails, and the run does',
      { head: testRun(before, { code: 1 }), rerun: testRun(before, { code: 1 }) },
    ],
    ['another test is gone', both(set('off', 'not-ok').slice(1))],
    ['another test is skipped', both(set('on', 'skip', set('off', 'not-ok')))],
    ['a skipped test passes', both(set('later', 'ok', set('off', 'not-ok')))],
    ['a test is new', both([...set('off', 'not-ok'), ['more', 'ok']])],
    ['one fails that was skipped', both(set('later', 'not-ok'))],
    ['one fails that the base does not have', both([...set('off', 'not-ok'), ['more', 'not-ok']])],
    [
      'a name that fails stands there twice',
      { base: testRun([...before, ['off', 'ok']]), ...both([...set('off', 'not-ok'), ['off', 'ok']]) },
    ],
    [
      'a name fails twice',
      { base: testRun([...before, ['off', 'ok']]), ...both([...set('off', 'not-ok'), ['off', 'not-ok']]) },
    ],
  ])('are not known where %s', (_what, over) => {
    expect(asked(over)).toMatchObject({ kind: 'unclear', word: 'unclear' });
  });
});
