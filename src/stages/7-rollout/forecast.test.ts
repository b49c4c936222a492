import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plan } from '../../testing/rollout-fixtures.ts';
import { forecast, type Traffic, trafficOf } from './forecast.ts';

const shop: Traffic = { usersPerSecond: 450, failingShare: 0.01 };

describe('forecast', () => {
  it('says how long a healthy rollout takes, and what the worst fault costs', () => {
    const { steps, seconds, worst } = forecast(plan, shop, 0.5);
    expect(steps.map(({ weight, exclude }) => [weight, exclude])).toEqual([
      [0.01, 20],
      [0.1, 3],
      [0.5, 2],
    ]);
    // The bakes, as a shop has users enough: 12, 7 and 7 s.
    expect(seconds).toBeCloseTo(26, 0);
    for (const { users } of steps) expect(users).toBeGreaterThan(100);
    expect(worst.harmed).toBeGreaterThan(3);
    expect(worst.harmed).toBeLessThan(300);
    expect(worst.times).toBeGreaterThan(1);
  });

  it('tells a step that its limit would end, where few users come', () => {
    const { steps, seconds } = forecast(plan, { usersPerSecond: 1, failingShare: 0.01 }, 0.5);
    expect(steps[0]).toMatchObject({ users: null, seconds: null });
    expect(seconds).toBeNull();
  });

  it('promotes nothing where requests are counted', () => {
    const totals = { at: '', from: '', users: [4500], failingUsers: [45] };
    const [users, requests] = [trafficOf(totals), trafficOf({ ...totals, unit: 'request' })];
    expect(users && forecast(plan, users, 0.5).seconds).not.toBeNull();
    expect(requests && forecast(plan, requests, 0.5)).toMatchObject({
      seconds: null,
      steps: [{ users: null }, { users: null }, { users: null }],
    });
  });

  it('harms no more users in a step, the more often it is looked at', () => {
    const rarely = forecast(plan, shop, 10).worst.harmed;
    expect(forecast(plan, shop, 0.5).worst.harmed).toBeLessThan(rarely);
  });

  it('takes no longer for more users, and always ends', () => {
    const traffics = fc.record({
      usersPerSecond: fc.double({ min: 0.01, max: 10_000, noNaN: true }),
      failingShare: fc.double({ min: 1e-5, max: 0.3, noNaN: true }),
    });
    fc.assert(
      fc.property(traffics, (traffic) => {
        const [few, many] = [1, 2].map((times) =>
          forecast(plan, { ...traffic, usersPerSecond: times * traffic.usersPerSecond }, 1),
        );
        for (const [at, step] of (many?.steps ?? []).entries()) {
          const before = few?.steps[at]?.seconds ?? Number.POSITIVE_INFINITY;
          expect(step.seconds ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(before);
          expect(step.harmed).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 20 },
    );
  });
});
