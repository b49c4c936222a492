import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bookLimits,
  type CrashBook,
  crashIn,
  emptyBook,
  roomIn,
  type Sighting,
  takeIn,
  totalOf,
} from './book.ts';

const now = new Date('2026-01-01T00:00:00Z');
const later = (hours: number) => new Date(now.getTime() + hours * 3_600_000);
const sighting = (signature: string, over: Partial<Sighting> = {}): Sighting => ({
  signature,
  service: 'shop',
  errorType: 'TypeError',
  message: 'm',
  frames: [{ file: 'src/a.js', line: 1, column: 1 }],
  commit: 'c1',
  digest: 'sha256:1',
  count: 1,
  ...over,
});
const take = (book: CrashBook, seen: readonly Sighting[], at = now) =>
  takeIn(book, seen, { now: at, dropped: 0 });

describe('takeIn', () => {
  it('counts by release, and tells a new crash once and then at powers of ten', () => {
    let book = emptyBook;
    const told: number[] = [];
    for (let at = 0; at < 1000; at++) {
      const after = take(book, [sighting('a', { digest: at % 2 === 0 ? 'sha256:1' : 'sha256:2' })]);
      book = after.book;
      told.push(...after.news.map(({ total }) => total));
    }
    expect(told).toEqual([1, 10, 100, 1000]);
    const [record] = book.crashes;
    expect(record && [totalOf(record), crashIn(record, 'sha256:2')?.count]).toEqual([1000, 500]);
    expect(record && crashIn(record, 'sha256:3')).toBeUndefined();
  });

  it('stays small, and says little, whatever is told of', () => {
    const kinds = fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 1, max: 1_000_000 }), fc.nat(20)), {
      minLength: 200,
      maxLength: 600,
    });
    fc.assert(
      fc.property(kinds, (told) => {
        const seen = told.map(([kind, count, release]) =>
          sighting(`${kind}`, { count, digest: `${release}` }),
        );
        const { book, news } = take(emptyBook, seen);
        expect(book.crashes.length).toBeLessThanOrEqual(bookLimits.crashes);
        expect(Math.max(...book.crashes.map(({ releases }) => releases.length))).toBeLessThanOrEqual(
          bookLimits.releases,
        );
        expect(news.length).toBeLessThanOrEqual(bookLimits.crashes * 9);
        // Nothing is lost without being counted, but for releases that are forgotten.
        expect(book.dropped + book.crashes.reduce((sum, one) => sum + totalOf(one), 0)).toBeLessThanOrEqual(
          seen.reduce((sum, { count }) => sum + count, 0),
        );
      }),
      { numRuns: 20 },
    );
  });

  it('keeps what was seen lately when it is full, and forgets what was not', () => {
    const full = take(
      emptyBook,
      Array.from({ length: bookLimits.crashes }, (_, at) => sighting(`${at}`)),
    ).book;
    const crowded = take(full, [sighting('new')], later(1));
    expect(crowded.book.dropped).toBe(1);
    expect(crowded.news).toEqual([]);
    // Another service has places of its own.
    expect(take(full, [sighting('new', { service: 'api' })], later(1)).news).toHaveLength(1);
    expect(roomIn(full, 'shop', later(1))).toBe(0);
    expect(roomIn(full, 'api', later(1))).toBe(bookLimits.crashes);
    expect(roomIn(full, 'shop', later(bookLimits.idleHours + 1))).toBe(bookLimits.crashes);
    const idle = take(full, [sighting('0'), sighting('new')], later(bookLimits.idleHours + 1)).book;
    const kept = new Set(idle.crashes.map(({ signature }) => signature));
    expect([kept.size, kept.has('new'), kept.has('0'), kept.has('1')]).toEqual([
      bookLimits.crashes,
      true,
      true,
      false,
    ]);
    expect(take(full, [], later(bookLimits.days * 24 + 1)).book.crashes).toEqual([]);
  });
});
