import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bare, marked, markerOf, visible } from './marking.ts';

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string());

describe('marking', () => {
  it('puts the mark before the line and between its words, and leaves the indentation', () => {
    expect(marked('  if (a) {', '|')).toBe('|  if|(a)|{');
    expect(marked('', '|')).toBe('|');
    expect(marked('a   b ', '|')).toBe('|a|  b ');
  });

  it('shows what hides', () => {
    expect(visible('a\u202eb\u200bc\n\u0007')).toBe('a\\u{202e}b\\u{200b}c\\u{a}\\u{7}');
    expect(visible('\ue000 \u{f0000} \ud800')).toBe('\\u{e000} \\u{f0000} \ufffd');
    expect(visible('\u{e0041}')).toBe('\\u{e0041}');
  });

  it('draws another mark for another nonce, which no text can hold', () => {
    expect(new Set(Array.from({ length: 50 }, (_, n) => markerOf(String(n)))).size).toBeGreaterThan(40);
    fc.assert(
      fc.property(text, fc.string(), (any, nonce) => {
        const marker = markerOf(nonce);
        expect(marker).toMatch(/^[\ue000-\uf8ff]$/);
        const shown = marked(any, marker);
        expect(visible(any)).not.toContain(marker);
        expect(shown.startsWith(marker)).toBe(true);
        expect(shown).not.toMatch(/[\n\r\u2028\u2029]/);
        // No word is without one.
        for (const word of shown.matchAll(/[^\s\ue000-\uf8ff]+/g))
          expect(shown.slice(0, word.index).trimEnd().endsWith(marker)).toBe(true);
        expect(bare(shown)).toBe(bare(visible(any)));
      }),
    );
  });
});
