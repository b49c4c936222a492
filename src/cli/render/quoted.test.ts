import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { covers } from '../../testing/covers.ts';
import { quoted, visible } from './quoted.ts';
import { width } from './text.ts';

const esc = String.fromCharCode(27);
const plain = (text: string, isFull = true) => quoted(text, isFull).map(stripVTControlCharacters);

it('puts a bar before each line, so that none looks like one of ours', () => {
  expect(plain('landed\r\nverified: 3 entries\u2028x')).toEqual([
    '  │ landed',
    '  │ verified: 3 entries',
    '  │ x',
  ]);
});

it('shows what a terminal would obey, or not show', () => {
  covers('LLM05', 'ASI09');
  const text = `${esc}[2Jhi\u202egnp.exe\u{e0041}\u200b\u0007`;
  expect(plain(text)).toEqual(['  │ \\u{1b}[2Jhi\\u{202e}gnp.exe\\u{e0041}\\u{200b}\\u{7}']);
  expect(visible('a\tb 👩‍💻')).toBe('a  b 👩‍💻');
});

it('folds what is long, and says how much there is', () => {
  const text = Array.from({ length: 500 }, (_, n) => `line ${n}`).join('\n');
  const folded = plain(text, false);
  expect(folded).toHaveLength(9);
  expect(folded.at(-1)).toContain(`${text.length} characters in all: --full`);
  expect(plain(text)).toHaveLength(500);
  expect(plain('x'.repeat(5_000_000), false)).toHaveLength(9);
});

it('loses nothing in full, and never breaks out of its lines', () => {
  const unit = fc.oneof(
    fc.constantFrom(' ', '\n', '\t', esc, '[31m', '\u202e', '💥', 'a', '\u0085', '\u{e0020}', '│'),
    fc.integer({ min: 0, max: 0x10ffff }).map((point) => String.fromCodePoint(point).toWellFormed()),
  );
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 120 }), (units) => {
      const text = units.join('').toWellFormed();
      const lines = plain(text);
      for (const line of lines) {
        expect(line.startsWith('  │')).toBe(true);
        expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
        expect(line.length).toBeLessThanOrEqual(width());
      }
      const body = lines.map((line) => line.slice('  │ '.length)).join('');
      const wanted = visible(text.replaceAll(/\r\n|[\n\r\u2028\u2029]/g, ''));
      const squeeze = (one: string) => one.replaceAll(/\s/gu, '');
      expect(squeeze(body)).toBe(squeeze(wanted));
    }),
    { numRuns: 400 },
  );
});
