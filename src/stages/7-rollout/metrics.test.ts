import { describe, expect, it } from 'vitest';
import { type MetricPlan, metricBounds, metricBucket } from '../../domain/metric.ts';
import type { BucketCoins, MetricTally, StepTally } from '../../domain/rollout.ts';
import { arms, healthy, input, observation, plan } from '../../testing/rollout-fixtures.ts';
import { analyze } from './analyze.ts';

const metric = (more: Partial<MetricPlan>): MetricPlan => ({
  name: 'cart',
  kind: 'histogram',
  worse: 'lower',
  tolerate: 1,
  ...more,
});

/** So many users of each arm report that value, at the first step's weight of one in a hundred. */
function coins(kind: MetricPlan['kind'], canary: Reported, baseline: Reported): BucketCoins {
  const of = (reported: Reported) => {
    const counts = Array<number>(metricBounds[kind].length + 1).fill(0);
    for (const [value, count] of reported) {
      const bucket = metricBucket(kind, value) ?? -1;
      counts[bucket] = (counts[bucket] ?? 0) + count;
    }
    return counts;
  };
  return { after: 0, canary: of(canary), baseline: of(baseline) };
}
type Reported = readonly (readonly [number | undefined, number])[];

function decided(one: MetricPlan, tally: MetricTally | undefined, step: Partial<StepTally> = {}) {
  const seen = { ...healthy(0, 20_000), ...step, ...(tally && { metrics: [tally] }) };
  return analyze(input(observation([seen]), { plan: { ...plan, metrics: [one] } }));
}

const told = (one: MetricPlan, canary: Reported, baseline: Reported) =>
  decided(one, { name: one.name, coins: [coins(one.kind, canary, baseline)] });

describe('a metric that the service names', () => {
  it('is no reason where the canary is as good', () => {
    expect(told(metric({}), [[40, 100]], [[40, 9900]]).kind).toBe('raise');
    const rate = metric({ kind: 'rate', worse: 'higher' });
    expect(told(rate, [[undefined, 3]], [[undefined, 300]]).kind).toBe('raise');
  });

  it.each([
    [metric({}), [[20, 100]], [[40, 9900]], 'half of its users are at 22.6 or below, on baseline 45.3'],
    [metric({ worse: 'higher' }), [[80, 100]], [[40, 9900]], 'half of its users are at'],
    [
      metric({ kind: 'ratio', worse: 'higher' }),
      [
        [1, 60],
        [0, 40],
      ],
      [
        [1, 900],
        [0, 9000],
      ],
      '100 users',
    ],
    [
      metric({ kind: 'ratio', worse: 'lower' }),
      [
        [1, 20],
        [0, 80],
      ],
      [
        [1, 9000],
        [0, 900],
      ],
      '100 users',
    ],
    [
      metric({ kind: 'rate', worse: 'higher' }),
      [[undefined, 40]],
      [[undefined, 300]],
      '40 users of it met it, where 3.4',
    ],
    [
      metric({ kind: 'rate', worse: 'lower' }),
      [[undefined, 5]],
      [[undefined, 9900]],
      '5 users of it met it, where 99',
    ],
  ] as const)('is rolled back for: %j', (one, canary, baseline, reason) => {
    const decision = told(one, canary, baseline);
    expect(decision).toMatchObject({ kind: 'rollback', code: 'rollout.metric' });
    expect(decision.reason).toContain(reason);
    const evidence = decision.evidence.find(({ test }) => test === 'rollback.metric.cart');
    expect(evidence?.value).toBeGreaterThanOrEqual(evidence?.threshold ?? Number.POSITIVE_INFINITY);
  });

  it('may be worse by the factor that is tolerated', () => {
    expect(told(metric({ tolerate: 2.5 }), [[20, 100]], [[40, 9900]]).kind).toBe('raise');
  });

  it('is rolled back where the canary’s users do not report it as those of baseline do', () => {
    const decision = told(metric({}), [[40, 5]], [[40, 9900]]);
    expect(decision).toMatchObject({ kind: 'rollback', code: 'rollout.metric' });
    expect(decision.reason).toContain('5 users of it reported it, where 99 of 9905 were due');
  });

  it('lets nothing rise while nobody counts it', () => {
    const decision = decided(metric({}), undefined);
    expect(decision).toMatchObject({ kind: 'continue' });
    expect(decision.reason).toContain('counts of cart');
  });

  it.each([
    [metric({}), 'continue'],
    [metric({ kind: 'ratio', worse: 'higher' }), 'continue'],
    [metric({ kind: 'rate', worse: 'lower' }), 'continue'],
    [metric({ kind: 'rate', worse: 'higher' }), 'raise'],
  ] as const)(
    'lets nothing rise while nobody reports it, unless that is how it should be: %j',
    (one, kind) => {
      const decision = told(one, [], []);
      expect(decision.kind).toBe(kind);
      if (kind === 'continue') expect(decision.reason).toContain('reports of cart');
    },
  );

  it('is not asked where users are split wrongly, unless it counts harm itself', () => {
    const assigned = arms(600, 19_400);
    const tally = (kind: MetricPlan['kind'], canary: Reported, baseline: Reported) => ({
      name: 'cart',
      coins: [coins(kind, canary, baseline)],
    });
    const lower = decided(metric({}), tally('histogram', [[20, 100]], [[40, 9900]]), { assigned });
    expect(lower).toMatchObject({ code: 'rollout.assignment' });
    const rate = metric({ kind: 'rate', worse: 'higher' });
    const harm = decided(rate, tally('rate', [[undefined, 40]], [[undefined, 300]]), { assigned });
    expect(harm).toMatchObject({ code: 'rollout.metric' });
  });

  it('takes a share of alpha', () => {
    const bar = (metrics: readonly MetricPlan[]) =>
      analyze(input(observation([healthy(0, 20_000)]), { plan: { ...plan, metrics } })).evidence[0]
        ?.threshold;
    expect(bar([])).toBeCloseTo(Math.log(2 / plan.alpha), 9);
    expect(bar([metric({}), metric({ name: 'b' })])).toBeCloseTo(Math.log(4 / plan.alpha), 9);
  });
});
