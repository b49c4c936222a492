import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readingOf } from './reading.ts';

const placed = (text: string) => {
  const { outline, places } = readingOf(text);
  return outline.links.map(({ url }, index) => [
    url,
    places[index] === null ? null : text.slice(places[index]),
  ]);
};

describe('readingOf', () => {
  it('finds where a URL is written, behind front matter too', () => {
    const front = '\ufeff---\nlink: a.md\n---\n';
    expect(placed(`${front}[a.md](a.md "title")`)).toEqual([['a.md', 'a.md "title")']]);
    expect(placed('![a](<b c.png>)\n\n[x]: d.md\n\n[y][x]')).toEqual([
      ['b c.png', 'b c.png>)\n\n[x]: d.md\n\n[y][x]'],
      ['d.md', 'd.md\n\n[y][x]'],
      ['d.md', null],
    ]);
  });

  it('knows no place where the URL is written in another form, or twice', () => {
    expect(placed('[a](b\\_c.md)')).toEqual([['b_c.md', null]]);
    expect(placed('[a](b.md "see b.md")')).toEqual([['b.md', null]]);
    expect(placed('<p><a href="b.md">x</a><a href="b.md">y</a></p>').map(([, at]) => at)).toEqual([
      null,
      null,
    ]);
  });

  it('takes for words what is running text in lower case alone', () => {
    const text = [
      '# Heading words',
      'Running words, *emphasised*; snake_words words-kebab words.test `inline words` [linked](x) @handles $prices',
      '> quoted\n> another',
      '<b title="attribute">bolder</b> Capital camelCase entity&nbsp;wordss',
    ].join('\n\n');
    const { words } = readingOf(text);
    expect(words.map((word) => `${word.text} ${word.line}`)).toEqual([
      'words 3',
      'emphasised 3',
      'quoted 5',
      'another 6',
      'bolder 8',
    ]);
    for (const { text: word, at } of words) expect(text.slice(at, at + word.length)).toBe(word);
  });

  it('never names a place that holds something else', () => {
    const piece = fc.constantFrom(
      ...[
        '[a](b.md)',
        '![](b.md#c)',
        '<b.md>',
        '[x]: b.md\n',
        '[x]',
        '`',
        '```\n',
        '> ',
        '- ',
        '\n',
        '\\',
        '&amp;',
      ],
      ...['wording', ' ', '<a href="b.md">', '\r\n', '---\n', '\ufeff', '*', '|', '(', 'é', '😀'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        const { outline, places, words, codes } = readingOf(text);
        for (const [index, { url }] of outline.links.entries()) {
          const at = places[index] ?? null;
          if (at !== null) expect(text.slice(at, at + url.length)).toBe(url);
        }
        for (const { text: word, at } of words) expect(text.slice(at, at + word.length)).toBe(word);
        for (const { source, at } of codes) expect(text.slice(at, at + source.length)).toBe(source);
      }),
      // A box to tick that is no item's: the library's own assertion fails on it, where assertions are not stripped.
      { numRuns: 300, examples: [[['*', '\r\n', '[x]', ' ', '[a](b.md)']]] },
    );
  });
});
