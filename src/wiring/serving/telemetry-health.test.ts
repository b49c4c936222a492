import { expect, it } from 'vitest';
import { type Reporting, telemetryHealth } from './telemetry-health.ts';

const now = new Date('2026-01-01T00:10:00Z');
const reporting = (secondsAgo: number | null, everySeconds: number | null): Reporting => ({
  lastSeen: secondsAgo === null ? null : new Date(now.getTime() - secondsAgo * 1000).toISOString(),
  everySeconds,
});

it.each<[string, readonly Reporting[], RegExp]>([
  ['no instance', [], /no instance runs/],
  ['instances that never reported', [reporting(null, null)], /no instance has reported/],
  ['one that never reported among others', [reporting(1, 1), reporting(null, null)], /never reported/],
  ['one that reports every minute', [reporting(1, 1), reporting(20, 60)], /reports every 60 s/],
  ['one that has stopped', [reporting(1, 1), reporting(300, 300)], /not reported for 300 s/],
  ['one that reported once, long ago', [reporting(90, null)], /not reported for 90 s/],
])('finds %s', (_case, reports, missing) => {
  expect(telemetryHealth(reports, now)).toMatchObject({ missing: expect.stringMatching(missing) as string });
});

it('is content with who reports every second', () => {
  expect(telemetryHealth([reporting(1, 1), reporting(0.5, 1.1)], now)).toBe(
    'every instance reported within 5 s',
  );
});
