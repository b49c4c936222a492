import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ShownDiff } from '../../domain/judgement.ts';
import { bare, marked, markerOf } from '../../domain/marking.ts';
import { covers } from '../../testing/covers.ts';
import { sampleDiff, sampleFinding, shownLine } from '../../testing/judge-samples.ts';
import { misplaced } from './place.ts';

describe('a claim', () => {
  covers('LLM05', 'LLM09');
  it.each([
    [{}, undefined],
    [{ quote: '  if (order.owner!==user.id)\n throw' }, undefined],
    [{ quote: marked('if (order.owner !== user.id)', markerOf('n')) }, undefined],
    [{ quote: '-4 \ue123  if (order.owner\ue123!==' }, undefined],
    [{ side: 'kept', line: 3, quote: 'user, order) {\n  if (order.owner' }, undefined],
    [{ quote: 'order.owner === user.id' }, 'its quote does not stand there'],
    [{ quote: 'const total = sum' }, 'its quote does not stand there'],
    [{ line: 5 }, 'no removed line 5 was shown of it'],
    [{ side: 'added' }, 'its quote does not stand there'],
    [{ file: 'src/other.js' }, 'the change shows no file of that name'],
    [{ quote: '!==' }, 'its quote is too short to be found again'],
    [{ quote: '' }, 'its quote is too short to be found again'],
    [{ quote: ' \u200b \ue123 ' }, 'its quote does not stand there'],
  ] as const)('%j', (changed, why) => {
    expect(misplaced({ ...sampleFinding, ...changed }, sampleDiff)).toBe(why);
  });

  it('finds what hides where it is spelled out', () => {
    const diff: ShownDiff = [
      { path: 'a\u202eb.js', status: 'added', hunks: [[shownLine('added', 1, 'x = "\u202e"; // hm')]] },
    ];
    const claim = { file: 'a\\u{202e}b.js', side: 'added', line: 1, quote: 'x = "\\u{202e}"' } as const;
    expect(misplaced(claim, diff)).toBeUndefined();
  });

  it('stands only where its quote can be read', () => {
    const line = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), fc.nat(5), line, (texts, at, quote) => {
        const lines = texts.map((text, n) => shownLine('added', n + 1, text));
        const diff: ShownDiff = [{ path: 'a', status: 'added', hunks: [lines] }];
        const claim = { file: 'a', side: 'added', line: at + 1, quote } as const;
        if (misplaced(claim, diff) !== undefined) return;
        expect(texts[at]).toBeDefined();
        expect(bare(texts.slice(at).join(''))).toContain(bare(quote.replaceAll(/^[+=-]\d+\s+/gm, '')));
      }),
      { numRuns: 500 },
    );
  });
});
