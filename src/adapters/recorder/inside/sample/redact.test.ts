import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { growth } from '../../../../testing/growth.ts';
import { encodeArguments } from './encode.ts';
import { maskText } from './redact.ts';

const written = (...args: readonly unknown[]) => JSON.stringify(encodeArguments(args));

describe('what is hidden of arguments', () => {
  it.each([
    'password',
    'userPassword',
    'access_token',
    'X-Api-Key',
    'Authorization',
    'set-cookie',
    'clientSecret',
    'session_id',
  ])('all that stands under %s', (key) => {
    const seen = written({ [key]: { inside: ['hunter2', 4711, 'Überlang'] }, other: 'stays', count: 4711 });
    expect(seen).not.toMatch(/hunter|Über|berlang/);
    expect(seen).toContain('xxxxxx1');
    expect(seen).toContain('stays');
    expect(seen?.match(/4711/g)).toHaveLength(1);
  });

  it.each([
    ['ann.lee@example.com', 'xxx.xxx@xxxxxxx.xxx'],
    ['call +1 (415) 555-1234 now', 'call +1 (111) 111-1111 now'],
    ['4111 1111 1111 1234', '1111 1111 1111 1111'],
    ['from 192.168.17.40', 'from 111.111.11.11'],
    ['https://ann:pw@localhost/a', 'https://xxx:xx@xxxxxxxxx/a'],
    ['sid=abc; theme=dark', 'sid=xxx; theme=dark'],
    ['{"password": "abc", "a": "b"}', '{"password": "xxx", "a": "b"}'],
    ['Bearer abcd', 'Bearer xxxx'],
    ['Authorization: Basic abcd==', 'Authorization: Basic xxxx=='],
    ['?q=1&access_token=abc', '?q=1&access_token=xxx'],
  ])('%s', (text, masked) => {
    expect(maskText(text)).toBe(masked);
  });

  it.each([
    ['a', 'g', 'h', 'p', '_1a2B3c4D5e6F7g8H9i0J1k2L3m4N5o6P7q8R'].join(''),
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJVadQssw5c',
    'd0be2dc421be4fcd0172e5afceea3970e2f3d940',
    '123e4567-e89b-42d3-a456-426614174000',
  ])('the text %s, which nobody wrote by hand', (token) => {
    const masked = maskText(`see ${token} there`);
    expect(masked).toMatch(/^see [xX1._-]+ there$/);
    expect(masked).toHaveLength(`see ${token} there`.length);
  });

  it.each([
    'text/html; charset=utf-8',
    '^1.2.3 || >=2.0.0-beta.1',
    '/users/settings/profile-of-the-month',
    'YYYY-MM-DD HH:mm:ss',
    'getElementsByTagNameNS',
    'The quick brown fox jumps over the lazy dog',
    'a=1; b=2; Path=/; HttpOnly',
  ])('nothing of %s', (text) => {
    expect(maskText(text)).toBe(text);
  });

  it('keys that are addresses, and long numbers', () => {
    expect(written({ 'ann@example.com': 1 })).toBe('[{"o":[["xxx@xxxxxxx.xxx",1]]}]');
    expect(written(4_155_551_234, -123_456_789.5, 20_240, 1e300)).toBe(
      '[1111111111,-111111111.1,20240,1e+111]',
    );
    expect(written(4_155_551_234n)).toBe('[{"n":"1111111111"}]');
  });

  it('keeps length and line breaks of any text, and hides again nothing more', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        const masked = maskText(text);
        expect(masked.split('\n')).toHaveLength(text.split('\n').length);
        expect([...masked].length).toBe([...text].length);
        expect(maskText(masked)).toBe(masked);
      }),
    );
  });

  it.each(['a', '1', '-', '=', 'a@', '1 ', '.', '//', 'a:', ':', '-----BEGIN A-----', 'bearer '])(
    'in a time that grows with the text, made of %j',
    (part) => {
      expect(growth(part, maskText)).toBeLessThan(4);
    },
  );
});
