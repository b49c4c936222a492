import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { growth } from '../testing/growth.ts';
import { MASK, maskSecrets } from './mask.ts';

describe('maskSecrets', () => {
  it.each([
    ['a value', 'cannot log in with s3cr3t-value.', ['s3cr3t-value'], `cannot log in with ${MASK}.`],
    ['a value inside of a word', 'xs3cr3tx', ['s3cr3t'], `x${MASK}x`],
    ['a short value, alone only', 'pin 123 of 12345', ['123'], `pin ${MASK} of 12345`],
    ['nothing for an empty value', 'all is said', ['', '\n'], 'all is said'],
    ['a value that is the mark', 'it was masked', ['masked'], `it was ${MASK}`],
    ['values that overlap', 'x abcdefgh y', ['abcdef', 'defgh'], `x ${MASK} y`],
    ['a value as JSON has it', '{"key":"a\\"b\\\\c"}', ['a"b\\c'], `{"key":"${MASK}"}`],
    ['a value as a URL has it', '?q=p%40ss%20word', ['p@ss word'], `?q=${MASK}`],
    ["a URL's password", 'wrong: hunter2', ['postgres://u:hunter2@db/x'], `wrong: ${MASK}`],
    ["a URL's password, decoded", 'wrong: p@ss', ['postgres://u:p%40ss@db/x'], `wrong: ${MASK}`],
    ['a line of several', 'read: second-line', ['first-line\r\nsecond-line\n'], `read: ${MASK}`],
    [
      'a string of JSON',
      'key is 0123456789',
      ['{"type":"x","list":[{"key":"0123456789"}]}'],
      `key is ${MASK}`,
    ],
  ])('masks %s', (_, text, secrets, expected) => {
    expect(maskSecrets(text, secrets)).toBe(expected);
  });

  it.each([
    ['to postgres://user:pa%24s@db:5432/shop failed', `to postgres://${MASK}@db:5432/shop failed`],
    ['redis://:only-password@cache', `redis://${MASK}@cache`],
    [`token ghp_${'a1'.repeat(18)} refused`, `token ${MASK} refused`],
    [`npm_${'x'.repeat(36)}`, MASK],
    [`key AKIA${'ABCD'.repeat(4)}.`, `key ${MASK}.`],
    ['Authorization: Bearer abc.def-ghi', `Authorization: Bearer ${MASK}`],
    ['eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl end', `${MASK} end`],
    ['password=hunter2&x=1', `password=${MASK}&x=1`],
    ['{"api_key": "0815"}', `{"api_key": "${MASK}"}`],
    ['-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- end', `${MASK} end`],
    ['-----BEGIN EC PRIVATE KEY-----\nMIIE and no more', MASK],
  ])('masks what looks like a credential: %s', (text, expected) => {
    expect(maskSecrets(text, [])).toBe(expected);
  });

  it.each(['GET https://example.org/a@b?c failed', 'at file:///app/server.mjs:3:7', 'the token has expired'])(
    'leaves as it is: %s',
    (text) => {
      expect(maskSecrets(text, [])).toBe(text);
    },
  );

  it('lets no value of four characters or more through, wherever it stands', () => {
    const secret = fc.stringMatching(/^[a-zA-Z0-9/+=@:-]{4,40}$/);
    fc.assert(
      fc.property(fc.string(), secret, fc.string(), (before, value, after) => {
        fc.pre(!MASK.includes(value));
        expect(maskSecrets(`${before}${value}${after}`, [value]).split(MASK).join('\0')).not.toContain(value);
      }),
    );
  });

  it.each(['eyJ-', 'a', 'a://', 'token ', '-----BEGIN PRIVATE KEY-----', 'sk-', 'Bearer  ', 'https://a:'])(
    'takes a time that grows with a text that was made to slow it down, of %j',
    (part) => {
      expect(growth(part, (text) => maskSecrets(text, ['aaaa', 'aaaaaaaaa']))).toBeLessThan(4);
    },
  );
});
