import { describe, expect, it } from 'vitest';
import { latencyBounds, latencyBucket } from './latency.ts';
import { RecentWaits } from './recent-waits.ts';

const minute = 60_000;
const start = Date.parse('2026-01-01T00:00:00Z');

describe('recent waits', () => {
  const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0);

  it('are told by bucket, for five minutes at least and ten at most', () => {
    const waits = new RecentWaits();
    expect(waits.counts(start)).toEqual([...latencyBounds, Infinity].map(() => 0));
    for (let at = 0; at < 30; at += 1) waits.waited(at === 29 ? 99 : 0.1, start + at * minute);
    const counts = waits.counts(start + 30 * minute - 1);
    expect(counts[latencyBucket(0.1)]).toBe(9);
    expect(counts.at(-1)).toBe(1);
    expect(sum(waits.counts(start + 34 * minute))).toBe(5);
    expect(sum(waits.counts(start + 45 * minute))).toBe(0);
  });

  it('survive a clock that steps back', () => {
    const waits = new RecentWaits();
    waits.waited(0.1, start + 20 * minute);
    waits.waited(0.1, start);
    expect(sum(waits.counts(start + minute))).toBe(2);
  });
});
