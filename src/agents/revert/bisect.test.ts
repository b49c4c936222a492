import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Colour, nextStep, type Step } from './bisect.ts';

/** Measures what is asked for until there is an answer. */
function bisect(colours: readonly Colour[]): { readonly end: Step; readonly measured: readonly number[] } {
  const commits = colours.map((_, at) => `c${at}`);
  const measured = new Map<string, Colour>();
  for (let rounds = 0; rounds <= colours.length; rounds += 1) {
    const step = nextStep(commits, measured);
    if (step.kind !== 'measure')
      return { end: step, measured: [...measured.keys()].map((commit) => Number(commit.slice(1))) };
    expect(measured.has(step.commit)).toBe(false);
    measured.set(step.commit, colours[Number(step.commit.slice(1))] ?? 'unknown');
  }
  throw new Error('it never ends');
}

const colour = fc.constantFrom<Colour>('green', 'red', 'unknown');
/** Red since a commit, green before it. */
const broken = fc.record({ red: fc.integer({ min: 1, max: 200 }), green: fc.integer({ min: 1, max: 200 }) });
const history = ({ red, green }: { red: number; green: number }): Colour[] => [
  ...Array<Colour>(red).fill('red'),
  ...Array<Colour>(green).fill('green'),
];

describe('nextStep', () => {
  it('finds the commit since which a branch is red, in two logarithms of its depth', () => {
    fc.assert(
      fc.property(broken, (of) => {
        const { end, measured } = bisect(history(of));
        expect(end).toEqual({ kind: 'culprit', commit: `c${of.red - 1}` });
        expect(measured.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(of.red + 1)) + 3);
      }),
    );
  });

  it('walks around what cannot be measured, and blames nobody who is not next to a green one', () => {
    fc.assert(
      fc.property(broken, fc.uniqueArray(fc.nat(399)), (of, holes) => {
        const colours = history(of).map((each, at) => (holes.includes(at) && at > 0 ? 'unknown' : each));
        const { end } = bisect(colours);
        const isClear = colours[of.red - 1] === 'red' && colours[of.red] === 'green';
        if (isClear) expect(end).toEqual({ kind: 'culprit', commit: `c${of.red - 1}` });
        else expect(end.kind).toBe('unclear');
        if (end.kind === 'unclear' && end.among.length > 0) expect(end.among).toContain(`c${of.red - 1}`);
      }),
    );
  });

  it('blames only a red commit after a green one, whatever the branch was like', () => {
    fc.assert(
      fc.property(fc.array(colour, { minLength: 1, maxLength: 60 }), (colours) => {
        const { end } = bisect(colours);
        expect(end.kind === 'green').toBe(colours[0] === 'green');
        if (end.kind !== 'culprit') return;
        const at = Number(end.commit.slice(1));
        expect(colours.slice(at, at + 2)).toEqual(['red', 'green']);
      }),
    );
  });

  it('says nothing of a branch that was red all along, or whose tip cannot be measured', () => {
    expect(bisect(['red', 'red', 'red']).end).toEqual({ kind: 'unclear', among: [] });
    expect(bisect(['red', 'unknown', 'unknown', 'green', 'unknown']).end).toEqual({
      kind: 'unclear',
      among: ['c0', 'c1', 'c2'],
    });
    expect(bisect(['red']).end).toEqual({ kind: 'unclear', among: [] });
    expect(bisect(['unknown', 'green']).end).toEqual({ kind: 'unclear', among: [] });
    expect(bisect(Array<Colour>(1000).fill('red')).measured.length).toBeLessThanOrEqual(12);
    expect(bisect(['green', 'red'])).toEqual({ end: { kind: 'green' }, measured: [0] });
  });
});
