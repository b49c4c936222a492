import { describe, expect, it } from 'vitest';
import { countStates, type TestRun, type TestState } from '../../../domain/test-comparison.ts';
import type { ReproductionFacts } from './facts.ts';
import { reproduction } from './reproduction.ts';

type Tests = Readonly<Record<string, TestState>>;

function ran(states: Tests | undefined, code?: number): TestRun {
  const tests = Object.entries(states ?? {}).map(([name, state]) => ({ name, state }));
  const counts = countStates(tests);
  const report = { tests, counts, complete: true, format: 'tap', documents: 1 } as const;
  const exit = code ?? (counts['not-ok'] > 0 ? 1 : 0);
  return { kind: 'ran', code: exit, report: states && report, tail: '', ms: 1 };
}
const check = (reproduced: ReproductionFacts) => reproduction.check({ reproduced });
const of = (base: TestRun, baseRerun: TestRun | undefined, head: TestRun) => {
  const found = check({ asked: true, runs: { base, baseRerun, head } });
  return `${found?.verdict} ${found?.code}`;
};

const before: Tests = { old: 'ok', 'no cart': 'not-ok' };
const after: Tests = { old: 'ok', 'no cart': 'ok' };
const shown = 'pass reproduction.fails-before';
const unclear = 'abstain reproduction.unclear';

describe('reproduction', () => {
  it('passes where a test fails without the change, each time, and passes with it', () => {
    expect(of(ran(before), ran(before), ran(after))).toBe(shown);
    expect(
      check({ asked: true, runs: { base: ran(before), baseRerun: ran(before), head: ran(after) } }),
    ).toMatchObject({ evidence: { tests: ['no cart'], count: 1 } });
  });

  it('fails where the new tests pass without the change', () => {
    expect(of(ran(after), undefined, ran(after))).toBe('fail reproduction.passes-before');
  });

  const limit: TestRun = { kind: 'limit', limit: 'seconds', phase: 'test' };
  it.each<[string, TestRun, TestRun | undefined, TestRun]>([
    ['it failed once', ran(before), ran(after), ran(after)],
    ['it was run once', ran(before), undefined, ran(after)],
    ['another test fails the second time', ran(before), ran({ old: 'not-ok', 'no cart': 'ok' }), ran(after)],
    ['the test still fails', ran(before), ran(before), ran(before)],
    ['the test is skipped with it', ran(before), ran(before), ran({ old: 'ok', 'no cart': 'skip' })],
    ['the test is not there with it', ran(before), ran(before), ran({ old: 'ok' })],
    ['the base is not built', { kind: 'build-failed', code: 1, tail: '' }, undefined, ran(after)],
    ['the base goes over a limit', limit, undefined, ran(after)],
    ['the head goes over a limit', ran(before), ran(before), limit],
    ['there are no names', ran(undefined, 1), ran(undefined, 1), ran(undefined, 0)],
    ['the head lies about its end', ran(before), ran(before), ran(after, 1)],
  ])('abstains where %s', (_what, base, again, head) => {
    expect(of(base, again, head)).toBe(unclear);
  });

  it('takes no name that several tests have', () => {
    const twice = (state: TestState): TestRun => {
      const tests = [
        { name: 'no cart', state },
        { name: 'no cart', state: 'ok' as const },
      ];
      const report = {
        tests,
        counts: countStates(tests),
        complete: true,
        format: 'tap',
        documents: 1,
      } as const;
      return { kind: 'ran', code: state === 'ok' ? 0 : 1, report, tail: '', ms: 1 };
    };
    expect(of(twice('not-ok'), twice('not-ok'), twice('ok'))).toBe(unclear);
  });

  it('is asked of nothing else, and abstains without tests', () => {
    expect(check({ asked: false, class: 'lint' })).toMatchObject({
      verdict: 'pass',
      code: 'reproduction.not-asked',
    });
    expect(check({ asked: true, runs: undefined })).toMatchObject({
      verdict: 'abstain',
      code: 'reproduction.not-run',
    });
  });
});
