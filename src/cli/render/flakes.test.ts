import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { printableAll } from '../../domain/printable.ts';
import type { FlakesView } from '../../views/flakes.ts';
import { renderFlakes } from './flakes.ts';

const { columns } = process.stdout;
afterEach(() => {
  process.stdout.columns = columns;
});

const flake = {
  test: 'src/totals.test.ts > totals > rounds half a cent to the even cent',
  times: 12,
  onBase: 7,
  onHead: 5,
  first: '2026-01-01T00:00:00.000Z',
  last: '2026-02-01T00:00:00.000Z',
  changes: ['chg_0123456789ab'],
  changeCount: 3,
  quietRuns: 4,
  quarantinedUntil: null,
};
const view: FlakesView = {
  runs: 41,
  flakes: [flake, { ...flake, times: 1, changeCount: 1, quarantinedUntil: '2026-03-01T00:00:00.000Z' }],
  omitted: 1,
  quarantine: [
    {
      test: 'gone',
      until: '2026-03-02T00:00:00Z',
      lastFlake: null,
      quietRuns: 41,
      notes: ['ends-soon', 'quiet'],
    },
    { test: 'fine', until: '2027-01-01T00:00:00Z', lastFlake: null, quietRuns: 0, notes: [] },
  ],
  suggestion: ['tests:', '  quarantine:', '    - test: "a"', '      until: 2026-04-03'],
};

describe('renderFlakes', () => {
  it.each([40, 60, 100])('fits into %i columns', (width) => {
    process.stdout.columns = width;
    const lines = renderFlakes(view);
    expect(lines.filter((line) => line.length > width)).toEqual([]);
    expect(lines.slice(-4)).toEqual(view.suggestion);
  });

  it('tells what counts for a person', () => {
    process.stdout.columns = 100;
    const text = renderFlakes(view).join('\n');
    expect(text).toContain('3 tests were seen to flake in 41 runs');
    expect(text).toContain('12 times  src/totals.test.ts');
    expect(text).toContain('base 7, head 5; in quarantine until 2026-03-01');
    expect(text).toMatch(/gone\n {4}ends 2026-03-02.*; never flaked, in 41 runs/);
    expect(text).not.toContain('fine');
    expect(text).toContain('a person decides');
  });

  it('says nothing of YAML where there is nothing to paste', () => {
    const text = renderFlakes({ ...view, flakes: [], omitted: 0, quarantine: [], suggestion: [] });
    expect(text).toEqual(['no test was seen to flake in 41 runs of base and head']);
  });

  it('shows hostile names as one text', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0x2100)), (codes) => {
        const test = String.fromCharCode(...codes);
        const lines = renderFlakes(printableAll({ ...view, flakes: [{ ...flake, test }] }));
        expect(lines.join('\n')).toBe(lines.map((line) => printableAll(line)).join('\n'));
      }),
    );
  });
});
