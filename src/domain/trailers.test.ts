import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trailersOf } from './trailers.ts';

const found = (message: string) => Object.fromEntries(trailersOf(message));

describe('trailersOf', () => {
  it.each<[string, string, Record<string, string>]>([
    ['the last paragraph', 'Title\n\nBody\n\nA: 1\nB-C: two words\n', { A: '1', 'B-C': 'two words' }],
    ['only the last paragraph', 'Title\n\nA: 1\n\nB: 2', { B: '2' }],
    ['the last of a name', 'Title\n\nA: 1\nA: 2', { A: '2' }],
    ['right below the title', 'Title\n\nA: 1', { A: '1' }],
    ['an empty value', 'Title\n\nA: ', {}],
    ['prose that looks like one in part', 'Title\n\nSo it is.\nNote: this', {}],
    ['a title that looks like one', 'Autoland-Change: chg_1', {}],
    ['nothing', '', {}],
    ['a title alone', 'Title', {}],
    ['paragraphs apart by blanks', 'Title\n \t\nA: 1', { A: '1' }],
  ])('%s', (_what, message, expected) => {
    expect(found(message)).toEqual(expected);
  });

  it('reads back what was written', () => {
    const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,12}$/);
    const value = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);
    const trailers = fc.uniqueArray(fc.tuple(name, value), { minLength: 1, selector: ([key]) => key });
    fc.assert(
      fc.property(trailers, (pairs) => {
        const text = `Title\n\nBody.\n\n${pairs.map(([key, said]) => `${key}: ${said}`).join('\n')}\n`;
        expect([...trailersOf(text)]).toEqual(pairs);
      }),
    );
  });
});
