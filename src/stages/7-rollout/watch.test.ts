import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Totals } from '../../domain/rollout.ts';
import { judgeWatch, type WatchInput } from './watch.ts';

const since = new Date('2026-01-01T12:00:00.000Z');
const later = (seconds: number) => new Date(since.getTime() + 1000 * seconds);
const before = { users: 27_000, failingUsers: 270, seconds: 60 };

/** Totals of the seconds from `start` on, counted from the promotion. */
function totals(failing: readonly number[], start = 0, users = 450): Totals {
  const from = later(start).toISOString();
  const at = later(start + failing.length).toISOString();
  return { at, from, users: failing.map(() => users), failingUsers: failing };
}

const input = (over: Partial<WatchInput>): WatchInput => ({
  plan: { seconds: 60, falseAlarmsPerMonth: 1 },
  ceiling: 0.05,
  before,
  totals: totals([]),
  since,
  now: later(30),
  ...over,
});
const each = (count: number, failing: number) => Array.from({ length: count }, () => failing);

describe('judgeWatch', () => {
  it('goes on for as long as it is told, and ends where no more users fail than before', () => {
    expect(judgeWatch(input({ totals: totals(each(30, 4)) })).kind).toBe('continue');
    const over = judgeWatch(input({ totals: totals(each(60, 4)), now: later(60) }));
    expect(over).toMatchObject({ kind: 'over', evidence: { users: 27_000, failingUsers: 240 } });
    expect(over.reason).toContain('no more users fail than before');
  });

  it('sounds an alarm of what harms users, once it has lasted', () => {
    // A tenth of all users, where 1 % failed before.
    const kindAfter = (seconds: number) =>
      judgeWatch(input({ totals: totals(each(seconds, 45)), now: later(seconds) })).kind;
    expect(kindAfter(5)).toBe('continue');
    expect(kindAfter(15)).toBe('alarm');
    const { reason } = judgeWatch(input({ totals: totals(each(15, 45)), now: later(15) }));
    expect(reason).toMatch(/more users fail than before the rollout \(tolerated: 1\.\d+ %\), for 1\d s/);
  });

  it('neither sounds one nor ends for an alarm that has just begun, even when the time is over', () => {
    const late = [...each(57, 4), ...each(3, 200)];
    expect(judgeWatch(input({ totals: totals(late), now: later(60) })).kind).toBe('continue');
    const calm = [...late, ...each(40, 2)];
    expect(judgeWatch(input({ totals: totals(calm), now: later(100) })).kind).toBe('over');
  });

  it('looks at nothing from before everybody had it', () => {
    const during = totals([...each(40, 200), ...each(10, 4)], -40);
    expect(judgeWatch(input({ totals: during, now: later(10) })).evidence.failingUsers).toBe(40);
  });

  it('says what share of the users failed in it', () => {
    const decision = judgeWatch(input({ totals: totals([...each(10, 4), ...each(20, 45)]), now: later(30) }));
    expect(decision).toMatchObject({ kind: 'alarm', alarm: { share: 0.1 } });
  });

  it('looks at nothing that a trial has answered for, whose time does not count as watched', () => {
    const harmed = totals([...each(30, 200), ...each(40, 4)]);
    const answered = { since: later(20), from: later(30), totals: harmed };
    expect(judgeWatch(input({ ...answered, now: later(70) })).kind).toBe('continue');
    expect(judgeWatch(input({ ...answered, now: later(80) }))).toMatchObject({
      kind: 'over',
      evidence: { failingUsers: 160 },
    });
    expect(judgeWatch(input({ totals: harmed, now: later(20) })).evidence.failingUsers).toBe(6160);
  });

  it('says where nobody was seen, and takes the ceiling where nothing is known from before', () => {
    expect(judgeWatch(input({ now: later(60) })).reason).toContain('no user was seen');
    const failing = totals(each(30, 18));
    expect(judgeWatch(input({ before: null, totals: failing })).kind).toBe('continue');
    expect(judgeWatch(input({ totals: failing })).kind).toBe('alarm');
  });

  it('never becomes milder by one more failing user', () => {
    const order = ['over', 'continue', 'alarm'];
    const seconds = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 60 });
    const rank = (failing: readonly number[]) =>
      order.indexOf(judgeWatch(input({ totals: totals(failing), now: later(60) })).kind);
    fc.assert(
      fc.property(seconds, fc.nat(), (failing, at) => {
        const worse = failing.with(at % failing.length, (failing[at % failing.length] ?? 0) + 1);
        expect(rank(worse)).toBeGreaterThanOrEqual(rank(failing));
      }),
    );
  });

  it('finds harm sooner, the more false alarms a month are borne', () => {
    const barOf = (falseAlarmsPerMonth: number) =>
      judgeWatch(input({ plan: { seconds: 60, falseAlarmsPerMonth } })).evidence.threshold;
    expect(barOf(1)).toBeCloseTo(Math.log(2_592_000), 9);
    expect(barOf(10)).toBeCloseTo(Math.log(259_200), 9);
  });
});
