import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedLines } from './changed-lines.ts';

const lines = (...all: string[]) => all.join('\n');

describe('changedLines', () => {
  it.each([
    ['nothing', lines('a', 'b'), lines('a', 'b'), []],
    ['a line that differs', lines('a', 'b', 'c'), lines('a', 'x', 'c'), [{ from: 2, to: 2 }]],
    ['lines that are new', lines('a', 'c'), lines('a', 'x', 'y', 'c'), [{ from: 2, to: 3 }]],
    ['a line that is gone', lines('a', 'b', 'c'), lines('a', 'c'), []],
    ['a new file', '', lines('a', '', 'b'), [{ from: 1, to: 3 }]],
    [
      'a block whose bracket is like another',
      lines('f() {', '}'),
      lines('f() {', '}', 'g() {', '}', 'h'),
      [{ from: 3, to: 5 }],
    ],
    [
      'two places',
      lines('a', 'b', 'c', 'd', 'e'),
      lines('x', 'b', 'c', 'd', 'y'),
      [
        { from: 1, to: 1 },
        { from: 5, to: 5 },
      ],
    ],
    ['a block that lost its condition', lines('if (on) {', '  f();', '}'), lines('f();'), []],
    ['line ends of another system', 'a\nb\n', 'a\r\nb\r\n', []],
  ])('%s', (_what, base, head, expected) => {
    expect(changedLines(base, head)).toEqual(expected);
  });

  it('ends soon for large texts that have nothing in common', () => {
    const many = (word: string) => Array.from({ length: 50_000 }, (_, at) => `${word}${at}`).join('\n');
    expect(changedLines(many('a'), many('b'))).toEqual([{ from: 1, to: 50_000 }]);
  });

  const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 30 });

  it('what is left without the changed lines is in the base, in its order', () => {
    fc.assert(
      fc.property(text, text, (base, head) => {
        const changed = changedLines(base.join('\n'), head.join('\n'));
        const kept = head.filter((_, at) => !changed.some(({ from, to }) => from <= at + 1 && at + 1 <= to));
        let at = 0;
        for (const line of base) if (line === kept[at]) at++;
        expect(at).toBe(kept.length);
      }),
    );
  });

  it('is as short as can be', () => {
    const longestCommon = (a: readonly string[], b: readonly string[]): number => {
      const row = new Array<number>(b.length + 1).fill(0);
      for (const line of a) {
        let corner = 0;
        for (let at = 1; at <= b.length; at++) {
          const above = row[at] ?? 0;
          row[at] = line === b[at - 1] ? corner + 1 : Math.max(above, row[at - 1] ?? 0);
          corner = above;
        }
      }
      return row[b.length] ?? 0;
    };
    fc.assert(
      fc.property(text, text, (base, head) => {
        const changed = changedLines(base.join('\n'), head.join('\n'));
        const count = changed.reduce((sum, { from, to }) => sum + to - from + 1, 0);
        expect(count).toBe(head.length - longestCommon(base, head));
      }),
    );
  });
});
