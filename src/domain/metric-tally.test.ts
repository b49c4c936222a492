import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricPlan } from './metric.ts';
import { MetricCounter } from './metric-tally.ts';

const rate: MetricPlan = { name: 'failed', kind: 'rate', worse: 'higher', tolerate: 1 };
const failed = { name: 'failed', value: undefined };
const at = (place: number, user: string, arm: 'canary' | 'baseline') => ({ place, user, arm });

function counter(...weights: readonly number[]): MetricCounter {
  const made = new MetricCounter(rate);
  for (const weight of weights) made.beginStep(weight);
  return made;
}

describe('MetricCounter', () => {
  it('counts each user once in a step, by what was known of the user', () => {
    const metric = counter(0.01, 0.1);
    for (const user of ['a', 'a', 'b']) metric.reported(failed, at(0, user, 'baseline'));
    metric.reported(failed, at(0, 'c', 'canary'));
    for (const user of ['a', 'c', 'd']) metric.reported(failed, at(1, user, 'canary'));
    expect(metric.tally(0)).toEqual({ name: 'failed', coins: [{ after: 0, canary: [1], baseline: [2] }] });
    expect(metric.tally(1).coins).toEqual([
      { after: 0, canary: [1], baseline: [0] },
      { after: 0.01, canary: [1], baseline: [0] },
    ]);
  });

  it('takes no report of another metric, or of a value that is none of its kind', () => {
    const metric = counter(0.01);
    metric.reported({ name: 'other', value: undefined }, at(0, 'a', 'canary'));
    metric.reported({ name: 'failed', value: 1 }, at(0, 'a', 'canary'));
    expect(metric.tally(0).coins).toEqual([]);
  });

  it('tosses no coin for a report that comes late, or where the weight has not risen', () => {
    const metric = counter(0.1, 0.1, 0.5);
    metric.reported(failed, at(1, 'a', 'baseline'));
    metric.reported(failed, at(0, 'a', 'baseline'));
    metric.reported(failed, at(0, 'b', 'baseline'));
    metric.reported(failed, at(1, 'b', 'baseline'));
    expect([0, 1].map((place) => metric.tally(place).coins[0]?.baseline)).toEqual([[1], [1]]);
  });

  it('counts a user on the canary at most once in the whole rollout', () => {
    const reports = fc.array(
      fc.record({
        place: fc.nat(2),
        user: fc.constantFrom('a', 'b', 'c'),
        arm: fc.constantFrom('canary' as const, 'baseline' as const),
      }),
    );
    fc.assert(
      fc.property(reports, (all) => {
        const metric = counter(0.01, 0.1, 0.5);
        for (const each of all) metric.reported(failed, each);
        const canary = [0, 1, 2].flatMap((place) =>
          metric.tally(place).coins.map((coin) => coin.canary[0] ?? 0),
        );
        expect(canary.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(3);
      }),
    );
  });
});
