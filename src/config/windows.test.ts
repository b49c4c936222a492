import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from './config.ts';
import { inWindow, nextOpening } from './windows.ts';

function limits(...windows: string[]) {
  return parseConfig(`version: 1\nlimits: { windows: [${windows.join(', ')}] }`, 'test.yaml').limits;
}

const vienna = limits('{ days: [sun], from: "02:00", to: "03:00", timeZone: Europe/Vienna }');
const office = limits('{ days: [mon-thu, fri], from: "09:00", to: "17:00", timeZone: America/New_York }');

describe('inWindow', () => {
  it('is open at any time when no window is named', () => {
    expect(inWindow({ windows: null }, new Date('2026-11-22T03:00:00Z'))).toBe(true);
  });

  it.each([
    ['2026-11-23T13:59:59.999Z', false],
    ['2026-11-23T14:00:00.000Z', true],
    ['2026-11-23T21:59:59.999Z', true],
    ['2026-11-23T22:00:00.000Z', false],
    ['2026-11-22T15:00:00.000Z', false],
    // Summer time: 09:00 in New York is 13:00 UTC.
    ['2026-07-20T13:00:00.000Z', true],
    ['2026-07-20T21:00:00.000Z', false],
  ])('New York, Monday to Friday, 9 to 17: %s -> %s', (at, open) => {
    expect(inWindow(office, new Date(at))).toBe(open);
  });

  it('has no 02:30 on the day when summer time begins, and two when it ends', () => {
    const openMinutes = (day: string) =>
      Array.from({ length: 180 }, (_, i) => new Date(Date.parse(`${day}T00:00:00Z`) + i * 60_000)).filter(
        (at) => inWindow(vienna, at),
      ).length;
    expect(openMinutes('2026-03-29')).toBe(0);
    expect(openMinutes('2026-10-25')).toBe(120);
  });

  it('ends at midnight when it says 24:00', () => {
    const late = limits('{ days: [sat], from: "23:00", to: "24:00" }');
    expect(inWindow(late, new Date('2026-11-21T23:59:00Z'))).toBe(true);
    expect(inWindow(late, new Date('2026-11-22T00:00:00Z'))).toBe(false);
  });
});

describe('nextOpening', () => {
  it('is now while a window is open', () => {
    const now = new Date('2026-11-23T15:00:01Z');
    expect(nextOpening(office, now)).toEqual(now);
  });

  it('skips the week in which the clocks swallow the window', () => {
    expect(nextOpening(vienna, new Date('2026-03-23T00:00:00Z'))).toEqual(new Date('2026-04-05T00:00:00Z'));
  });

  it('finds a window of one minute, and one that a change of clocks jumps into', () => {
    const minute = limits('{ days: [wed], from: "09:07", to: "09:08" }');
    expect(nextOpening(minute, new Date('2026-11-25T09:08:00Z'))).toEqual(new Date('2026-12-02T09:07:00Z'));
    const jumped = limits('{ days: [sun], from: "02:30", to: "04:00", timeZone: Europe/Vienna }');
    expect(nextOpening(jumped, new Date('2026-03-29T00:20:00Z'))).toEqual(new Date('2026-03-29T01:00:00Z'));
  });

  it('agrees with asking every minute', () => {
    const minute = 60_000;
    const start = Date.parse('2026-10-20T00:00:00Z');
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 14 * 1440 }),
        fc.constantFrom(office, vienna),
        (offset, window) => {
          const now = new Date(start + offset * minute);
          const found = nextOpening(window, now);
          expect(found).toBeDefined();
          if (found === undefined) return;
          expect(inWindow(window, found)).toBe(true);
          for (
            let at = now.getTime();
            at < Math.min(found.getTime(), now.getTime() + 1440 * minute);
            at += minute
          )
            expect(inWindow(window, new Date(at))).toBe(false);
        },
      ),
      { numRuns: 8 },
    );
  });
});
