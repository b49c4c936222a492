import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyed, type Mend, mended } from './finding.ts';

const mend = (at: number, before: string, after: string): Mend => ({
  kind: 'links',
  path: 'a.md',
  line: 1,
  code: 'dead-link',
  what: 'is wrong',
  proof: 'a test',
  at,
  before,
  after,
});

describe('mended', () => {
  it('rewrites what is named and nothing else, in whatever order', () => {
    const part = fc.record({ kept: fc.string(), before: fc.string({ minLength: 1 }), after: fc.string() });
    fc.assert(
      fc.property(fc.array(part), fc.string(), fc.infiniteStream(fc.nat()), (parts, tail, order) => {
        let [text, wanted] = ['', ''];
        const mends = parts.map(({ kept, before, after }) => {
          const at = text.length + kept.length;
          text += kept + before;
          wanted += kept + after;
          return mend(at, before, after);
        });
        const shuffled = mends
          .map((each) => ({ each, by: Number(order.next().value) }))
          .sort((a, b) => a.by - b.by);
        expect(
          mended(
            text + tail,
            shuffled.map(({ each }) => each),
          ),
        ).toBe(wanted + tail);
      }),
    );
  });

  it('answers nothing where mends meet, or a place holds something else', () => {
    expect(mended('abc', [mend(0, 'ab', 'x'), mend(1, 'bc', 'y')])).toBeUndefined();
    expect(mended('abc', [mend(0, 'a', 'x'), mend(0, 'a', 'y')])).toBeUndefined();
    expect(mended('abc', [mend(1, 'a', 'x')])).toBeUndefined();
    expect(mended('abc', [mend(9, 'a', 'x')])).toBeUndefined();
  });
});

describe('keyed', () => {
  it('knows a mend again wherever its line has moved, and no other', () => {
    const one = keyed(mend(0, 'a', 'b'), 'see a');
    expect(keyed({ ...mend(40, 'a', 'b'), line: 9 }, '  see a ').key).toBe(one.key);
    expect(keyed(mend(0, 'a', 'c'), 'see a').key).not.toBe(one.key);
    expect(keyed(mend(0, 'a', 'b'), 'saw a').key).not.toBe(one.key);
    expect(keyed({ ...mend(0, 'a', 'b'), path: 'b.md' }, 'see a').key).not.toBe(one.key);
  });
});
