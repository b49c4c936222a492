import { describe, expect, it } from 'vitest';
import { printable, printableAll } from './printable.ts';

const esc = '\u001b';

describe('printable', () => {
  it.each([
    ['a plain title: é, 漢, 👩‍🚀', 'a plain title: é, 漢, 👩‍🚀'],
    [`clear ${esc}[2J the screen`, 'clear [2J the screen'],
    [`a title ${esc}]0;of the window\u0007`, 'a title ]0;of the window'],
    ['C1 \u009b31m and delete \u007f', 'C1 31m and delete '],
    ['two\nlines\r\nand\ta tab', 'two lines and a tab'],
    ['over\u2028written \u202etxt.exe\u2069', 'over written txt.exe'],
  ])('makes %j harmless', (text, harmless) => {
    expect(printable(text)).toBe(harmless);
  });

  it('reaches every text in a value, keys too, and leaves the rest as it is', () => {
    const value = { [`k${esc}`]: [`a${esc}`, 1, null, { b: true, c: `x\ny` }] };
    expect(printableAll(value)).toEqual({ k: ['a', 1, null, { b: true, c: 'x y' }] });
  });
});
