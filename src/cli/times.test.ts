import { describe, expect, it } from 'vitest';
import { readTime } from './times.ts';

describe('readTime', () => {
  it.each([
    ['2026-11-29T10:00:00Z', 1795946400],
    ['2026-11-29 11:00:00.5+01:00', 1795946400.5],
    ['0', 0],
    ['1795946400.1234567', 1795946400.123],
  ])('reads %s', (text, seconds) => {
    expect(readTime(text, '--from')).toBe(seconds);
  });

  it.each([
    '',
    'now',
    '2026-11-29',
    '2026-11-29T10:00:00',
    '2026-13-29T10:00:00Z',
    '-1',
    '1e3',
    '99999999999',
  ])('refuses %j', (text) => {
    expect(() => readTime(text, '--from')).toThrow(/--from/);
  });
});
