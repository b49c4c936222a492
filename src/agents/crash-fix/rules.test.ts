import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countStates, type TestRun, type TestState } from '../../domain/test-comparison.ts';
import { movedLine } from './lines.ts';
import { ranked } from './rank.ts';
import { broken, mayMend, sampleFault, stillWrong } from './rules.ts';

type States = readonly (readonly [string, TestState])[];

function ran(states: States, over: Partial<Extract<TestRun, { kind: 'ran' }>> = {}): TestRun {
  const tests = states.map(([name, state]) => ({ name, state }));
  const report = { tests, counts: countStates(tests), complete: true, format: 'tap', documents: 1 } as const;
  const code = tests.some(({ state }) => state === 'not-ok') ? 1 : 0;
  return { kind: 'ran', code, report, tail: '', ms: 1, ...over };
}

const before = ran([
  ['a', 'ok'],
  ['b', 'ok'],
  ['crash', 'not-ok'],
  ['old', 'not-ok'],
]);

describe('broken', () => {
  it.each<[string, States, string | undefined]>([
    [
      'nothing',
      [
        ['a', 'ok'],
        ['b', 'ok'],
        ['crash', 'ok'],
        ['old', 'not-ok'],
      ],
      undefined,
    ],
    [
      'a test that fails',
      [
        ['a', 'not-ok'],
        ['b', 'ok'],
        ['crash', 'ok'],
      ],
      'breaks-tests',
    ],
    [
      'a test that is gone',
      [
        ['a', 'ok'],
        ['crash', 'ok'],
      ],
      'breaks-tests',
    ],
    [
      'a test that is skipped',
      [
        ['a', 'ok'],
        ['b', 'skip'],
        ['crash', 'ok'],
      ],
      'breaks-tests',
    ],
    [
      'a new one that fails',
      [
        ['a', 'ok'],
        ['b', 'ok'],
        ['crash', 'ok'],
        ['c', 'not-ok'],
      ],
      'breaks-tests',
    ],
    ['all of them', [], 'breaks-tests'],
  ])('sees %s', (_what, states, end) => {
    expect(broken(before, ran(states))?.end).toBe(end);
  });

  it('takes nothing for good that it cannot read', () => {
    const good: States = [
      ['a', 'ok'],
      ['b', 'ok'],
      ['crash', 'ok'],
    ];
    expect(broken(before, ran(good, { report: undefined }))?.end).toBe('not-measured');
    const cut = ran(good);
    const report = cut.kind === 'ran' && cut.report && { ...cut.report, complete: false };
    expect(broken(before, ran(good, report ? { report } : {}))?.end).toBe('not-measured');
    expect(broken(before, { kind: 'limit', limit: 'seconds', phase: 'test' })?.end).toBe('not-measured');
    expect(broken(before, { kind: 'build-failed', code: 1, tail: 'x' })?.end).toBe('not-built');
  });

  it('wants more passing tests than before, and none that fails, where no names are told', () => {
    const counted = (ok: number, bad: number): TestRun => {
      const counts = { ok, 'not-ok': bad, skip: 0, todo: 0 };
      const report = { tests: undefined, counts, complete: true, format: 'summary', documents: 1 } as const;
      return ran([], { report, code: bad > 0 ? 1 : 0 });
    };
    expect(broken(counted(3, 1), counted(4, 0))).toBeUndefined();
    expect(broken(counted(3, 1), counted(3, 0))?.end).toBe('breaks-tests');
    expect(broken(counted(3, 1), counted(4, 1))?.end).toBe('breaks-tests');
  });
});

describe('stillWrong', () => {
  it('wants each test that shows the crash to have run and passed', () => {
    expect(stillWrong(ran([['crash', 'ok']]), ['crash'])).toBeUndefined();
    expect(stillWrong(ran([]), ['crash'])?.end).toBe('still-red');
    expect(stillWrong(ran([['crash', 'skip']]), ['crash'])?.end).toBe('still-red');
    expect(
      stillWrong(
        ran([
          ['crash', 'ok'],
          ['crash', 'not-ok'],
        ]),
        ['crash'],
      )?.end,
    ).toBe('still-red');
    expect(stillWrong(ran([], { report: undefined }), ['crash'])?.end).toBe('still-red');
  });
});

describe('mayMend', () => {
  it.each(['src/a.ts', 'lib/b.cjs', 'index.js'])('lets a fix touch %s', (path) => {
    expect(mayMend(path)).toBe(true);
  });
  it.each([
    'test/a.js',
    'src/a.test.ts',
    '.github/workflows/ci.js',
    '.autoland/policy.js',
    'vitest.config.ts',
    'node_modules/a/index.js',
    'dist/a.js',
    '../a.js',
    '/etc/a.js',
    'package.json',
  ])('keeps it from %s', (path) => {
    expect(mayMend(path)).toBe(false);
  });
});

it('refuses samples of another file, of nothing new, and of no text', () => {
  const there = new Map(['a.js', 'c.js', 'd.js', 'test/a.js'].map((path) => [path, 'x']));
  const fault = (...made: readonly (readonly [string, string])[]) => sampleFault(new Map(made), there);
  expect(fault(['a.js', 'y'])).toBeUndefined();
  expect(fault(['a.js', 'y'], ['c.js', 'y'])).toBeUndefined();
  for (const path of ['b.js', './a.js', 'test/a.js', 'a.js\0'])
    expect(fault(['a.js', 'y'], [path, 'y']), path).toBeDefined();
  for (const text of ['x', 'y\0', 'y'.repeat(600_000)]) expect(fault(['a.js', text])).toBeDefined();
  expect(fault()).toBeDefined();
  expect(fault(['a.js', 'y'], ['c.js', 'y'], ['d.js', 'y'])).toMatch(/3 files/);
});

it('ranks templates before models before mutations before reverts, and the smaller first', () => {
  const of = (kind: 'template' | 'model' | 'mutation' | 'revert', size: number) => ({
    ...{ kind, size, name: '', files: new Map() },
    place: { file: 'a.js', line: 1 },
  });
  const all = [of('revert', 1), of('mutation', 2), of('template', 9), of('model', 3), of('template', 4)];
  expect(ranked(all).map(({ kind, size }) => `${kind} ${size}`)).toEqual([
    'template 4',
    'template 9',
    'model 3',
    'mutation 2',
    'revert 1',
  ]);
});

describe('movedLine', () => {
  it('follows a line past what was put before and behind it', () => {
    const lines = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 3 }), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(lines, lines, (front, back) => {
        const old = ['the first', 'the second', 'the third'];
        const now = [...front, ...old, ...back];
        expect(movedLine(old.join('\n'), now.join('\n'), 2)).toBe(front.length + 2);
      }),
    );
  });

  it('says nothing of a line that is gone, changed, or there twice', () => {
    expect(movedLine('one two\nx\n', 'y\n', 1)).toBeUndefined();
    expect(movedLine('a\nlast();\nb', 'c\nlast();\nd\nlast();\ne', 2)).toBeUndefined();
    expect(movedLine('a', 'b', 9)).toBeUndefined();
  });
});
