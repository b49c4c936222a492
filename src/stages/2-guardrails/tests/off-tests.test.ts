import { describe, expect, it } from 'vitest';
import type { TestCase } from '../../../domain/off-tests.ts';
import type { TestComparison, TestState } from '../../../domain/test-comparison.ts';
import { testRun } from '../../../testing/test-runs.ts';
import type { Facts } from '../facts.ts';
import { tests } from './tests.ts';

type Named = Readonly<Record<string, TestState>>;

const ran = (named: Named) => testRun(Object.entries(named));

const all: Named = { 'price > old': 'ok', 'price > new': 'ok', free: 'ok' };
const off: Named = { ...all, 'price > old': 'not-ok' };
const left: Named = { 'price > new': 'ok', free: 'ok' };
const path = 'test/price.test.js';
const goes: TestCase = { path, line: 3, titles: ['price', 'old'] };

type Over = {
  /** Absent: one. */
  readonly cases?: readonly TestCase[];
  readonly onHead?: Partial<TestComparison>;
  readonly runs?: Partial<Facts['tests'] & { configured: true }>;
};

function judge({ cases = [goes], onHead = {}, runs = {} }: Over) {
  const judged = { base: ran(all), head: ran(off), rerun: ran(off), ...onHead };
  const facts = {
    configured: true,
    class: 'flag-removal',
    edits: { changed: [{ path, base: 'expect(a); expect(b);', head: 'expect(a);' }], suite: [], unread: [] },
    quarantined: new Set<string>(),
    ...(cases.length > 0 && { offTests: { cases, onHead: judged } }),
    base: ran(left),
    head: ran(left),
    rerun: undefined,
    ...runs,
  } as const;
  const found = tests.check({ tests: facts });
  return { said: `${found?.verdict} ${found?.code}`, ...found };
}

describe('tests that go with a flag', () => {
  it('are those that fail with it on: what stays passes on both sides', () => {
    const found = judge({});
    expect(found.said).toBe('pass tests.passed');
    expect(found.reason).toBe('2 tests pass on the head, as on the base; 1 off-test goes.');
    expect(found.evidence).toMatchObject({
      base: { ok: 2 },
      head: { ok: 2 },
      offTests: {
        count: 1,
        cases: [{ path, line: 3, test: 'price > old' }],
        flagOn: { ok: 2, 'not-ok': 1 },
        flagOnAgain: { ok: 2, 'not-ok': 1 },
      },
    });
  });

  const titled = (...titles: readonly string[]) => ({ ...goes, titles });
  it.each<[string, Over, string]>([
    [
      'passes with the flag on',
      { cases: [goes, titled('free')], runs: { base: ran({ free: 'ok' }), head: ran({ free: 'ok' }) } },
      'fail tests.off-test-passes',
    ],
    ['passes the second time', { onHead: { rerun: ran(all) } }, 'abstain tests.flaky'],
    ['passes, as all do', { onHead: { head: ran(all), rerun: undefined } }, 'fail tests.off-test-passes'],
    ['failed before', { onHead: { base: ran(off) } }, 'abstain tests.off-tests-unclear'],
    ['did not run', { cases: [goes, titled('more')] }, 'abstain tests.off-tests-unclear'],
    ['is one of two of its name', { cases: [goes, { ...goes, line: 9 }] }, 'abstain tests.off-tests-unclear'],
    [
      'takes another one with it',
      { runs: { base: ran({ free: 'ok' }), head: ran({ free: 'ok' }) } },
      'fail tests.count-fell',
    ],
    [
      'gives its place to another one',
      { runs: { base: ran({ free: 'ok', new: 'ok' }), head: ran({ free: 'ok', new: 'ok' }) } },
      'abstain tests.names-differ',
    ],
    [
      'leaves one that fails',
      {
        onHead: { head: ran({ ...off, free: 'not-ok' }), rerun: ran({ ...off, free: 'not-ok' }) },
        runs: { head: ran({ ...left, free: 'not-ok' }), rerun: ran({ ...left, free: 'not-ok' }) },
      },
      'fail tests.failed',
    ],
    [
      'leaves one that is skipped',
      { runs: { base: ran({ ...left, free: 'skip' }), head: ran({ ...left, free: 'skip' }) } },
      'abstain tests.names-differ',
    ],
    [
      'is in quarantine',
      { runs: { quarantined: new Set(['price > old']) } },
      'abstain tests.off-tests-unclear',
    ],
  ])('are not taken where one %s', (_what, over, expected) => {
    const { said, reason } = judge(over);
    expect(said, reason).toBe(expected);
  });

  it('excuse no other trick, and excuse none where none goes', () => {
    const edits = { suite: [], unread: [] };
    const script = { path: 'package.json', base: '{}', head: '{\n"test": "x || true"\n}' };
    expect(judge({ runs: { edits: { ...edits, changed: [script] } } }).said).toBe('fail tests.exit-zero');
    expect(judge({ cases: [] }).said).toBe('fail tests.fewer-assertions');
  });
});
