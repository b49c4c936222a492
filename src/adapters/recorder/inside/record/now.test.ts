import { describe, expect, it } from 'vitest';
import { tell } from './digest.ts';

const later = (ms: number) => new Date(Date.now() + ms);

describe('a time that was read from the clock', () => {
  it.each<[string, (date: Date) => unknown]>([
    ['a number', (date) => date.getTime()],
    ['a date', (date) => date],
    ['ISO 8601', (date) => `at ${date.toISOString()}.`],
    ['a header', (date) => ({ date: date.toUTCString() })],
  ])('is the same as another, as %s', (_form, of) => {
    expect(tell(of(later(0)))).toEqual(tell(of(later(-400))));
    expect(tell(of(later(0))).shown).toContain('NOW');
    for (const other of [later(60_000), later(-86_400_000)])
      expect(tell(of(other)).digest).not.toBe(tell(of(later(0))).digest);
  });

  it('differs by its form', () => {
    const digests = [later(0).getTime(), later(0), later(0).toISOString(), later(0).toUTCString()].map(
      (value) => tell({ value: [value] }).digest,
    );
    expect(new Set(digests).size).toBeGreaterThanOrEqual(3);
  });
});
