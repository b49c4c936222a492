import { describe, expect, it } from 'vitest';
import { randomFrom } from '../demo-statistics/crowd.ts';
import { argoLatency, flaggerLatency, kayentaLatency, kayentaLatencyDocumented } from './latency-rules.ts';
import { istioBounds, quantileOf, SlowStream } from './slow-stream.ts';
import { asFast, noTail, type Slowness, sharesBy, wait } from './waits.ts';

const world = { middle: 0.08, incidentsPerHour: 0 };
const slow: Slowness = { times: 3, tail: noTail };
const tail: Slowness = { times: 1, tail: { share: 0.02, seconds: 1 } };

describe('how long users wait', () => {
  it.each([asFast, slow, tail])('is in buckets what it is one by one: %j', (slowness) => {
    const random = randomFrom(3);
    const counts = Array<number>(istioBounds.length + 1).fill(0);
    for (let n = 0; n < 50_000; n += 1) {
      const { seconds } = wait(random, world.middle, slowness);
      const at = istioBounds.findIndex((bound) => seconds <= bound);
      counts[at] = (counts[at] ?? 0) + 1;
    }
    for (const [j, share] of sharesBy(istioBounds, world.middle, slowness).entries())
      expect((counts[j] ?? 0) / 50_000).toBeCloseTo(share, 1.9);
  });

  it('has a percentile that is interpolated in its bucket', () => {
    const of = (...buckets: number[]) => quantileOf(0.99, { requests: 0, seconds: 0, buckets });
    expect(of(0, 0, 0, 0, 0, 0, 0, 0, 100)).toBeCloseTo(0.4975);
    expect(of(...Array<number>(19).fill(0), 5)).toBe(3600);
    expect(of()).toBeNaN();
  });
});

describe('the rules of the peers for latency', () => {
  const weights = [0.05, 0.5];
  const flagger = { most: 500, intervalSeconds: 10, threshold: 2, weights };
  const argo = { most: 500, intervalSeconds: 60, failureLimit: 1, weights, pauseSeconds: 120 };
  const kayenta = { ...kayentaLatencyDocumented, pointSeconds: 10, pointsPerRun: 50, runs: 1 } as const;

  it.each([
    ['Flagger', (stream: SlowStream) => flaggerLatency(stream, flagger), 20],
    ['Argo Rollouts', (stream: SlowStream) => argoLatency(stream, argo), 60],
    ['Kayenta', (stream: SlowStream) => kayentaLatency(stream, kayenta), 500],
  ])('promote what is as fast, and roll back what is slower, at their pace: %s', (_name, rule, seconds) => {
    expect(rule(new SlowStream(1, undefined, world))).toBe('promote');
    for (const fault of [slow, tail]) {
      const stream = new SlowStream(2, fault, world);
      expect(rule(stream)).toBe('rollback');
      expect(stream.secondsOfFault).toBeGreaterThanOrEqual(seconds);
      expect(stream.secondsOfFault).toBeLessThanOrEqual(2 * seconds);
      expect(stream.usersHarmed).toBeGreaterThan(0);
    }
  });
});
