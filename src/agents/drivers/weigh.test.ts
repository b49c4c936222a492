import { describe, expect, it } from 'vitest';
import type { TestReport, TestRun } from '../../domain/test-comparison.ts';
import { doubtOf } from './weigh.ts';

const counted = (ok: number): TestReport => ({
  tests: undefined,
  counts: { ok, 'not-ok': 0, skip: 0, todo: 0 },
  ...{ complete: true, format: 'summary', documents: 1 },
});
const ran = (code: number, ok?: number): TestRun => ({
  ...{ kind: 'ran', code, tail: '', ms: 1 },
  report: ok === undefined ? undefined : counted(ok),
});

describe('drivers on today’s branch', () => {
  it.each<[string, TestRun, TestRun, TestRun | undefined, string | undefined]>([
    ['run and pass', ran(0, 3), ran(0, 5), undefined, undefined],
    ['are not run by the test command', ran(0, 3), ran(0, 4), undefined, 'not-run'],
    ['fail', ran(0, 3), ran(1, 4), ran(1, 4), 'fails'],
    ['fail at times', ran(0, 3), ran(1, 4), ran(0, 5), 'flaky'],
    ['take too long', ran(0, 3), { kind: 'limit', limit: 'seconds', phase: 'test' }, undefined, 'fails'],
    ['cannot be counted', ran(0), ran(0), undefined, 'not-counted'],
    ['cannot be counted any more', ran(0, 3), ran(0), undefined, 'not-counted'],
    ['stand on red tests', ran(1, 3), ran(1, 5), ran(1, 5), 'red-branch'],
    [
      'stand on no install',
      { kind: 'install-failed', code: 1, tail: '' },
      ran(0, 5),
      undefined,
      'red-branch',
    ],
  ])('that %s', (_what, base, head, rerun, word) => {
    expect(doubtOf({ base, head, rerun }, 2)?.word).toBe(word);
  });
});
