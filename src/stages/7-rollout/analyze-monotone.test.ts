import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latencyBounds } from '../../domain/latency.ts';
import { type MetricPlan, metricBounds } from '../../domain/metric.ts';
import type { MetricTally, StepTally } from '../../domain/rollout.ts';
import { arms, at, input, observation, plan, second } from '../../testing/rollout-fixtures.ts';
import { type AnalyzeInput, analyze } from './analyze.ts';

/** Harm before doubt before progress. */
const ranks = { restart: -1, rollback: 0, close: 1, hold: 2, continue: 3, raise: 4, promote: 4 };

const perArm = (canary: number, baseline: number) =>
  fc.record({ canary: fc.nat(canary), baseline: fc.nat(baseline) });

const tallyAt = (step: number) =>
  fc
    .record({
      server: perArm(4, 80),
      client: perArm(3, 60),
      later: perArm(3, 40),
      failing: perArm(2, 80),
      healthy: perArm(20, 200),
      healthyUnits: fc.nat(6000),
      waiting: perArm(3, 30),
      returned: fc.nat(4000),
      waits: fc.array(fc.nat(56), { maxLength: 12 }),
      known: fc.boolean(),
      happened: perArm(3, 40),
      carts: fc.array(fc.nat(40), { maxLength: 12 }),
    })
    .map((drawn): StepTally => {
      const { server, client, later, failing, healthy: odd, healthyUnits, waiting, returned } = drawn;
      const weight = plan.steps[step]?.weight ?? 0;
      const good = Math.round(healthyUnits * weight);
      const units = arms(
        failing.canary + odd.canary + good,
        failing.baseline + odd.baseline + healthyUnits - good,
      );
      const back = Math.round(returned * weight);
      return {
        step,
        weight,
        firstErrors: { 'server-error': server, 'client-error': client },
        laterErrors: { 'server-error': step === 0 ? [] : [{ after: 0.01, ...later }], 'client-error': [] },
        units,
        failingUnits: failing,
        assigned: arms(units.canary + waiting.canary, units.baseline + waiting.baseline),
        returned: arms(back, returned - back),
        latencies: [latenciesOf(drawn.waits, step > 0 && drawn.known ? 0.01 : 0)],
        metrics: [
          {
            name: 'failed',
            coins: [{ after: 0, canary: [drawn.happened.canary], baseline: [drawn.happened.baseline] }],
          },
          { name: 'cart', coins: [bucketsOf(drawn.carts, 0, metricBounds.histogram)] },
        ],
      };
    });

const isCanary = (wait: number) => wait % 3 === 0;

const metrics: readonly MetricPlan[] = [
  { name: 'failed', kind: 'rate', worse: 'higher', tolerate: 1 },
  { name: 'cart', kind: 'histogram', worse: 'lower', tolerate: 1.2 },
];

const latenciesOf = (waits: readonly number[], after: number) => bucketsOf(waits, after, latencyBounds);

function bucketsOf(
  waits: readonly number[],
  after: number,
  bounds: readonly number[],
): StepTally['latencies'][number] {
  const of = (arm: readonly number[]) =>
    [...bounds, Infinity].map((_, j) => arm.filter((wait) => wait === j).length);
  return {
    after,
    canary: of(waits.filter(isCanary)),
    baseline: of(waits.filter((wait) => !isCanary(wait))),
  };
}

const situations = fc
  .record({
    step: fc.nat(2),
    tallies: fc.tuple(tallyAt(0), tallyAt(1), tallyAt(2)),
    failing: fc.oneof(
      fc.array(fc.nat(12), { maxLength: 25 }),
      fc.array(fc.integer({ min: 15, max: 60 }), { minLength: 12, maxLength: 25 }),
    ),
    before: fc.option(fc.record({ users: fc.nat(30_000), failing: fc.nat(100) })),
    isUsualKnown: fc.boolean(),
    elapsed: fc.nat(70),
    quiet: fc.nat(8),
  })
  .map(({ step, tallies, failing, before, isUsualKnown, elapsed, quiet }): AnalyzeInput => {
    const usualWaits = latencyBounds.map((_, j) => Math.max(0, 40 - (j - 16) ** 2)).concat(0);
    const seen = observation(tallies.slice(0, step + 1), {
      seconds: failing.map((failingUsers, when) => second(when, failingUsers)),
      before:
        before === null ? null : { users: before.users + 100, failingUsers: before.failing, seconds: 60 },
      ...(isUsualKnown ? { usualWaits } : {}),
      at: at(elapsed).toISOString(),
      lastRequestAt: at(elapsed - quiet).toISOString(),
    });
    return input(seen, { step, now: at(elapsed), plan: { ...plan, latency: { tolerate: 1.4 }, metrics } });
  });

/** Each makes the evidence worse for the canary, or weaker, and nothing else. */
const worsenings: Readonly<Record<string, (tally: StepTally) => StepTally>> = {
  'a first server error on the canary': (tally) => moreFirstErrors(tally, 'server-error'),
  'a first client error on the canary': (tally) => moreFirstErrors(tally, 'client-error'),
  'a later error on the canary': (tally) => moreLaterErrors(tally, 1, 0),
  'a later error fewer on baseline': (tally) => moreLaterErrors(tally, 0, -1),
  'a first error fewer on baseline': (tally) => {
    const server = tally.firstErrors['server-error'];
    const fewer = arms(server.canary, Math.max(0, server.baseline - 1));
    return { ...tally, firstErrors: { ...tally.firstErrors, 'server-error': fewer } };
  },
  'a unit of the canary that fails after all': (tally) => {
    const { canary, baseline } = tally.failingUnits;
    return { ...tally, failingUnits: arms(Math.min(tally.units.canary, canary + 1), baseline) };
  },
  'a unit of the canary that is not answered after all': (tally) => {
    const { canary, baseline } = tally.units;
    return { ...tally, units: arms(Math.max(tally.failingUnits.canary, canary - 1), baseline) };
  },
  'a failing unit fewer on baseline': (tally) => {
    const { canary, baseline } = tally.failingUnits;
    return { ...tally, failingUnits: arms(canary, Math.max(0, baseline - 1)) };
  },
  'a user of the canary who waits longer': (tally) => moved(tally, 'canary', 1),
  'a user of baseline who waits for less long': (tally) => moved(tally, 'baseline', -1),
  'a report of harm on the canary': (tally) =>
    withCoins(tally, 'failed', (coins) => ({ ...coins, canary: [(coins.canary[0] ?? 0) + 1] })),
  'a report of harm fewer on baseline': (tally) =>
    withCoins(tally, 'failed', (coins) => ({
      ...coins,
      baseline: [Math.max(0, (coins.baseline[0] ?? 0) - 1)],
    })),
  'a report of the canary that is worse': (tally) =>
    withCoins(tally, 'cart', (coins) => ({ ...coins, canary: movedOnce(coins.canary, -1) })),
  'a report of baseline that is better': (tally) =>
    withCoins(tally, 'cart', (coins) => ({ ...coins, baseline: movedOnce(coins.baseline, 1) })),
  'a user of the canary who did not come back': (tally) => {
    const { canary, baseline } = tally.returned;
    return { ...tally, returned: arms(Math.max(0, canary - 1), baseline) };
  },
};

function moved(tally: StepTally, arm: 'canary' | 'baseline', by: 1 | -1): StepTally {
  const latencies = tally.latencies.map((each) => ({ ...each, [arm]: movedOnce(each[arm], by) }));
  return { ...tally, latencies };
}

/** The first unit that can move goes to the next bucket. */
function movedOnce(from: readonly number[], by: 1 | -1): readonly number[] {
  const counts = [...from];
  const place = counts.findIndex((count, j) => count > 0 && counts[j + by] !== undefined);
  if (place === -1) return from;
  counts[place] = (counts[place] ?? 0) - 1;
  counts[place + by] = (counts[place + by] ?? 0) + 1;
  return counts;
}

function withCoins(
  tally: StepTally,
  name: string,
  change: (coins: MetricTally['coins'][number]) => MetricTally['coins'][number],
): StepTally {
  const changed = (tally.metrics ?? []).map((metric) =>
    metric.name === name ? { ...metric, coins: metric.coins.map(change) } : metric,
  );
  return { ...tally, metrics: changed };
}

function moreFirstErrors(tally: StepTally, outcomeClass: 'server-error' | 'client-error'): StepTally {
  const { canary, baseline } = tally.firstErrors[outcomeClass];
  return { ...tally, firstErrors: { ...tally.firstErrors, [outcomeClass]: arms(canary + 1, baseline) } };
}

function moreLaterErrors(tally: StepTally, onCanary: number, onBaseline: number): StepTally {
  const later = tally.laterErrors['server-error'].map(({ after, canary, baseline }) => ({
    after,
    ...arms(canary + onCanary, Math.max(0, baseline + onBaseline)),
  }));
  return { ...tally, laterErrors: { ...tally.laterErrors, 'server-error': later } };
}

describe('bad evidence never makes the decision more permissive', () => {
  it.each(Object.entries(worsenings))('%s', (_, worsen) => {
    fc.assert(
      fc.property(situations, fc.nat(2), fc.integer({ min: 1, max: 6 }), (before, index, times) => {
        const seen = before.observation;
        if (seen === undefined) return;
        const steps = [...seen.steps];
        const place = index % steps.length;
        for (let time = 0; time < times; time++) {
          const tally = steps[place];
          if (tally !== undefined) steps[place] = worsen(tally);
        }
        expectNoBetter(before, { ...before, observation: { ...seen, steps } });
      }),
      { numRuns: 300 },
    );
  });

  it('one more failing user in any second', () => {
    fc.assert(
      fc.property(situations, fc.nat(24), fc.nat(200), (before, index, more) => {
        const seen = before.observation;
        if (seen === undefined) return;
        const seconds = seen.seconds.map((entry, place) =>
          place === index ? { ...entry, failingUsers: entry.failingUsers + more } : entry,
        );
        expectNoBetter(before, { ...before, observation: { ...seen, seconds } });
      }),
      { numRuns: 300 },
    );
  });

  it('staleness, time and a lost observation never promote', () => {
    fc.assert(
      fc.property(situations, fc.integer({ min: 6, max: 500 }), (before, quiet) => {
        const seen = before.observation;
        if (seen === undefined) return;
        const lastRequestAt = new Date(before.now.getTime() - quiet * 1000).toISOString();
        expectNoBetter(before, { ...before, observation: { ...seen, lastRequestAt } });
        const blind = analyze({ ...before, observation: undefined }).kind;
        expect(['continue', 'hold', 'restart']).toContain(blind);
      }),
      { numRuns: 300 },
    );
  });
});

function expectNoBetter(before: AnalyzeInput, after: AnalyzeInput): void {
  expect(ranks[analyze(after).kind]).toBeLessThanOrEqual(ranks[analyze(before).kind]);
}

it('the situations of these properties reach every kind of decision, and a slow canary', () => {
  const decisions = fc.sample(situations, { numRuns: 3000, seed: 7 }).map((one) => analyze(one));
  const kinds = new Set(decisions.map(({ kind }) => kind));
  expect(kinds).toEqual(new Set(['close', 'continue', 'hold', 'promote', 'raise', 'rollback']));
  const times = (code: string) => decisions.filter((one) => 'code' in one && one.code === code).length;
  expect(times('rollout.latency')).toBeGreaterThan(50);
  expect(times('rollout.metric')).toBeGreaterThan(50);
});
