import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, seconds, wrap } from './text.ts';

describe('wrap', () => {
  it.each<[string, string, number, string[]]>([
    ['one two three', '', 8, ['one two', 'three']],
    ['one two three', '  ', 8, ['one two', '  three']],
    ['  one two three', '  ', 9, ['  one two', '  three']],
    ['short', '', 40, ['short']],
    ['', '  ', 40, ['']],
    ['incomprehensibilities', '', 8, ['incomprehensibilities']],
    ['a incomprehensibilities b', ' ', 8, ['a', ' incomprehensibilities', ' b']],
  ])('%j with %j at %i', (text, indent, columns, expected) => {
    expect(wrap(text, indent, columns)).toEqual(expected);
  });

  it('keeps every word, and no line is longer than it must be', () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    const blanks = (most: number) => fc.nat(most).map((count) => ' '.repeat(count));
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1 }),
        blanks(4),
        blanks(4),
        fc.integer({ min: 10, max: 60 }),
        (words, lead, indent, columns) => {
          const lines = wrap(lead + words.join(' '), indent, columns);
          expect(lines.join(' ').split(/ +/).filter(Boolean)).toEqual(words);
          expect(lines[0]?.startsWith(lead + (words[0] ?? ''))).toBe(true);
          for (const [at, line] of lines.entries()) {
            const own = line.trim().split(' ');
            expect(line.length <= columns || own.length === 1).toBe(true);
            if (at > 0) expect(line).toBe(indent + own.join(' '));
            const next = lines[at + 1]?.trim().split(' ')[0];
            // What follows would not have fitted.
            if (next !== undefined) expect(line.length + 1 + next.length).toBeGreaterThan(columns);
          }
        },
      ),
    );
  });
});

describe('cut', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['abcd', 1, '…'],
    ['abcd', 0, '…'],
  ])('%j at %i', (text, columns, expected) => {
    expect(cut(text, columns)).toBe(expected);
  });
});

describe('seconds', () => {
  it.each([
    [0.44, '0.4 s'],
    [9.99, '10.0 s'],
    [12.4, '12 s'],
    [200, '3 min 20 s'],
    [179.9, '3 min 0 s'],
  ])('%d', (value, expected) => {
    expect(seconds(value)).toBe(expected);
  });
});
