import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayMs } from '../ask.ts';
import { whyLater } from './pace.ts';

const now = new Date('2026-01-08T12:00:00Z');
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000).toISOString();
const free = { maxPerDay: null, proposedAt: [], now } as const;

describe('the pace', () => {
  it('is open without a schedule, and while it is', () => {
    expect(whyLater(free, 9, 'it')).toBeUndefined();
    expect(whyLater({ ...free, opensAt: now }, 9, 'it')).toBeUndefined();
  });

  it('says when the schedule is open again, if that is to come', () => {
    const opensAt = new Date('2026-01-09T08:00:00Z');
    expect(whyLater({ ...free, opensAt }, 0, '1.0.1')).toEqual({
      code: 'dependency.out-of-schedule',
      reason: 'The schedule is open again at 2026-01-09T08:00:00.000Z; 1.0.1 waits.',
      until: '2026-01-09T08:00:00.000Z',
    });
    const never = whyLater({ ...free, opensAt: null }, 0, 'it');
    expect([never?.code, never?.until]).toEqual(['dependency.out-of-schedule', undefined]);
  });

  it.each<[number, number[], number, string | undefined]>([
    [2, [25, 30], 0, undefined],
    [2, [1], 0, undefined],
    [2, [1], 1, '2026-01-09T11:00:00.000Z'],
    [2, [1, 23], 0, '2026-01-08T13:00:00.000Z'],
    [2, [1, 2, 23], 0, '2026-01-09T10:00:00.000Z'],
    [1, [], 1, '2026-01-09T12:00:00.000Z'],
  ])('takes %i in 24 hours: %j hours ago and %i now, until %s', (maxPerDay, ago, made, until) => {
    const pace = { maxPerDay, proposedAt: ago.map(hoursAgo), now };
    expect(whyLater(pace, made, 'it')?.until).toBe(until);
  });

  it('never lets more through than it takes in any 24 hours, and has room when it says so', () => {
    const waits = fc.array(fc.integer({ min: 0, max: 12 * 3_600_000 }), { maxLength: 30 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), waits, (maxPerDay, gaps) => {
        const times: number[] = [];
        let at = now.getTime();
        for (const gap of gaps) {
          at += gap;
          const pace = (then: number) => ({
            maxPerDay,
            proposedAt: times.map((time) => new Date(time).toISOString()),
            now: new Date(then),
          });
          const late = whyLater(pace(at), 0, 'it');
          if (late === undefined) times.push(at);
          else expect(whyLater(pace(Date.parse(late.until ?? '')), 0, 'it')).toBeUndefined();
        }
        for (const time of times) {
          const within = times.filter((each) => each > time - dayMs && each <= time);
          expect(within.length).toBeLessThanOrEqual(maxPerDay);
        }
      }),
    );
  });
});
