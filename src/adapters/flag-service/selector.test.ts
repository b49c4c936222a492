import { describe, expect, it } from 'vitest';
import { parseSelector } from './selector.ts';

describe('a selector', () => {
  it.each([
    ['', { service: null, token: null }],
    ['shop', { service: 'shop', token: null }],
    ['service=shop', { service: 'shop', token: null }],
    [' token=alflag_x , service=shop ', { service: 'shop', token: 'alflag_x' }],
  ])('reads %j', (text, expected) => {
    expect(parseSelector(text)).toEqual(expected);
  });

  it.each(['source=file', 'service=', 'service=a,service=b', 'shop,cart', 'x'.repeat(501)])(
    'refuses %j, and says how it is written',
    (text) => {
      expect(() => parseSelector(text)).toThrow(
        expect.objectContaining({ code: 'usage', mend: expect.stringContaining('service=shop') }),
      );
    },
  );

  it('quotes no token that was put in the wrong place', () => {
    const secret = 'alflag_0123456789ab_secret';
    for (const text of [`token=${secret},token=${secret}`, `service=${secret},service=b`])
      expect(() => parseSelector(text)).not.toThrow(new RegExp(secret));
  });
});
