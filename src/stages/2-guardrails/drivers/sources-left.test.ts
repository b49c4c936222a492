import { describe, expect, it } from 'vitest';
import type { Mutant, MutantState, MutationRun } from '../../../domain/mutation.ts';
import { chooseFaults, leftInSources, shownSources, targetsIn } from './sources-left.ts';

const mutant = (id: string, over: Partial<Mutant> = {}): Mutant => ({
  id,
  path: 'a.js',
  line: 2,
  mutator: 'ArithmeticOperator',
  original: 'a + b',
  replacement: 'a - b',
  before: '',
  after: '',
  silenced: false,
  ...over,
});
const ran = (states: Readonly<Record<string, MutantState>>, steady = true): MutationRun => ({
  kind: 'ran',
  states: new Map(Object.entries(states)),
  steady,
  testMs: 1,
});

describe('what is left in sources', () => {
  it('is looked for in the old lines that change, and everywhere where lines are only added', () => {
    const before = 'one\ntwo\nthree';
    expect(targetsIn([{ path: 'a.js', before, after: 'one\n2\nthree' }])).toMatchObject([
      { path: 'a.js', text: before, lines: [{ from: 2, to: 2 }] },
    ]);
    expect(targetsIn([{ path: 'a.js', before, after: 'one\ntwo\nmore\nthree' }])).toMatchObject([
      { lines: [{ from: 1, to: 3 }] },
    ]);
  });

  it('is tried of few, the same each time, and of none that the source silences', () => {
    const all = Array.from({ length: 50 }, (_, at) => mutant(`0.${at}`, { silenced: at === 7 }));
    const chosen = chooseFaults(all, 'seed');
    expect(chosen).toHaveLength(20);
    expect(chooseFaults(all.toReversed(), 'seed')).toEqual(chosen);
    expect(chooseFaults([mutant('0.7', { silenced: true })], 'seed')).toEqual([]);
  });

  it('are the faults that survive or are never run', () => {
    const chosen = ['1', '2', '3', '4'].map((id) => mutant(id));
    const left = leftInSources(chosen, ran({ 1: 'survived', 2: 'unreached', 3: 'killed' }));
    expect(left).toEqual([chosen[0], chosen[1]]);
    expect(leftInSources(chosen, ran({ 1: 'killed', 2: 'timeout' }))).toBe('nothing-left');
  });

  it.each<[string, MutationRun]>([
    ['red', { kind: 'red', phase: 'test', tail: '' }],
    ['unsteady', ran({ 1: 'survived' }, false)],
    ['not tried', ran({})],
  ])('is not known where the tests are %s', (_name, run) => {
    expect(leftInSources([mutant('1')], run)).toBe('unmeasured');
  });

  it('is shown by file', () => {
    const sources = ['a.js', 'b.js'].map((path) => ({ path, before: 'x'.repeat(40_000), after: '' }));
    const shown = shownSources(sources, [mutant('1')]);
    expect(shown.map(({ faults }) => faults)).toEqual([
      [{ line: 2, original: 'a + b', replacement: 'a - b' }],
      [],
    ]);
    expect(shown.map(({ text }) => text.length)).toEqual([16_384, 16_384]);
  });
});
