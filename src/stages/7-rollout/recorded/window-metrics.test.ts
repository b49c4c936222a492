import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planForWeights } from '../../../config/recorded-plan.ts';
import { type MetricPlan, metricBounds, metricBucket } from '../../../domain/metric.ts';
import type { MetricWindow, RequestRecord, RolloutRecord } from '../../../domain/rollout-record.ts';
import { Concluding } from './conclusion.ts';
import { type Look, RecordedRollout } from './recorded-rollout.ts';

const failed: MetricPlan = { name: 'failed', kind: 'rate', worse: 'higher', tolerate: 1 };
const empty: MetricPlan = { name: 'empty', kind: 'ratio', worse: 'higher', tolerate: 1 };
const value: MetricPlan = { name: 'value', kind: 'histogram', worse: 'lower', tolerate: 1.2 };
const all = [failed, empty, value];
const inherited: MetricPlan = { ...failed, name: 'constructor' };

function looksAt(records: readonly RolloutRecord[], metrics = all): readonly Look[] {
  const plan = { ...planForWeights([0.5]), metrics };
  const rollout = new RecordedRollout({ plan, every: 1 });
  return [...records.flatMap((record) => rollout.take(record)), ...rollout.end()];
}

function endOf(records: readonly RolloutRecord[], metrics: readonly MetricPlan[] = all) {
  const concluding = new Concluding();
  for (const look of looksAt(records, [...metrics])) concluding.see(look);
  const conclusion = concluding.conclusion();
  return { word: conclusion?.word, ...conclusion?.look.decision };
}

const begin: RolloutRecord = { kind: 'weight', t: 1, weight: 0.5 };
const rate = (count: number): MetricWindow => ({ kind: 'rate', counts: [count] });
type Told = Readonly<Record<string, MetricWindow>>;

/** Ten windows of a second, of a hundred users each. */
function windows(canary: Told, baseline: Told, more: Partial<Told> = {}): RolloutRecord[] {
  const before = { kind: 'window', t: 1, arm: 'baseline', users: 500, failed: 5, seconds: 1 } as const;
  const each = Array.from({ length: 10 }, (_none, n): RolloutRecord[] => [
    {
      ...{ kind: 'window', t: n + 2, arm: 'canary', users: 50, failed: 0, seconds: 1 },
      metrics: { ...canary, ...more } as Told,
    },
    { kind: 'window', t: n + 2, arm: 'baseline', users: 50, failed: n % 2, seconds: 1, metrics: baseline },
  ]);
  return [before, begin, ...each.flat()];
}

const rates = (canary: number, baseline: number) =>
  windows({ failed: rate(canary) }, { failed: rate(baseline) });

describe('windows that tell of metrics', () => {
  it('roll back for them, where the plan has them', () => {
    expect(endOf(rates(8, 1), [failed])).toMatchObject({ word: 'rollback', code: 'rollout.metric' });
    expect(endOf(rates(1, 8), [failed]).word).toBe('promote');
    expect(endOf(rates(8, 1), [{ ...failed, name: 'other' }]).word).toBe('inconclusive');
    expect(endOf(rates(8, 1), [inherited]).word).toBe('inconclusive');
    expect(endOf(rates(8, 1), []).word).toBe('promote');
  });

  it('are never promoted where one of them does not tell', () => {
    const [first, ...others] = rates(1, 1);
    const holes = others.map((record, n) => {
      if (record.kind !== 'window' || n !== 6) return record;
      const { metrics: _, ...silent } = record;
      return silent;
    });
    const looks = looksAt(first === undefined ? [] : [first, ...holes], [failed]);
    expect(looks.at(-1)?.decision.reason).toContain('counts of failed');
    const late = looks.filter(({ t }) => t > 5).map(({ decision }) => decision.kind);
    expect(new Set(late)).toEqual(new Set(['continue']));
  });

  it('count as the requests do that they are made of', () => {
    const report = fc.record({
      user: fc.nat(300),
      failed: fc.boolean(),
      empty: fc.constantFrom(0, 1, undefined),
      value: fc.constantFrom(0.5, 3, 40, 41, 900, undefined),
    });
    fc.assert(
      fc.property(fc.array(report, { minLength: 20, maxLength: 200 }), (reports) => {
        const requests = reports.map(({ user, ...told }, n): RequestRecord => {
          const named = Object.entries(told).filter(([, each]) => each !== undefined && each !== false);
          return {
            ...{ kind: 'request', t: 1.5 + n, user: `${user}`, outcome: 'ok' },
            arm: user % 2 === 0 ? 'canary' : 'baseline',
            reports: named.map(([name, each]) => ({ name, value: each === true ? 1 : Number(each) })),
          };
        });
        const evidence = (looks: readonly Look[]) =>
          looks.at(-1)?.decision.evidence.filter(({ test }) => test.startsWith('rollback.metric'));
        expect(evidence(looksAt([begin, ...counted(requests)]))).toEqual(
          evidence(looksAt([begin, ...requests])),
        );
      }),
      { numRuns: 30 },
    );
  });

  /** As somebody would who can tell users apart: each user's first request, and first report of each metric. */
  function counted(requests: readonly RequestRecord[]): RolloutRecord[] {
    const seen = new Set<string>();
    const isFirst = (key: string) => !seen.has(key) && seen.add(key).size > 0;
    return requests.flatMap(({ t, arm, user, reports = [] }) =>
      (['canary', 'baseline'] as const).map((of): RolloutRecord => {
        const isOwn = of === arm;
        const metrics = all.map(({ name, kind }): [string, MetricWindow] => {
          const counts = Array<number>(metricBounds[kind].length + 1).fill(0);
          const told = isOwn ? reports.find((each) => each.name === name) : undefined;
          const bucket = told && metricBucket(kind, kind === 'rate' ? undefined : told.value);
          if (bucket !== undefined && isFirst(`${user} ${name}`)) counts[bucket] = 1;
          return [name, { kind, counts, ...(kind === 'histogram' && { bounds: metricBounds[kind] }) }];
        });
        const users = isOwn && isFirst(user) ? 1 : 0;
        return {
          ...{ kind: 'window', t: t + 0.5, arm: of, users, failed: 0, seconds: 1 },
          metrics: Object.fromEntries(metrics),
        };
      }),
    );
  }

  it('are never kinder for one more on the canary of what is worse', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 }), (canary, baseline) => {
        const logE = (of: number) =>
          looksAt(rates(of, baseline), [failed])
            .at(-1)
            ?.decision.evidence.find(({ test }) => test === 'rollback.metric.failed')?.value ?? Number.NaN;
        expect(logE(canary + 1)).toBeGreaterThan(logE(canary));
      }),
    );
  });

  const histogram = (bounds: readonly number[]): MetricWindow => ({
    ...{ kind: 'histogram', bounds },
    counts: bounds.map(() => 1).concat(1),
  });
  it.each<[string, RolloutRecord[], string]>([
    [
      'of another kind',
      windows({ failed: { kind: 'ratio', counts: [1, 1] } }, {}),
      'told as a ratio, not as a rate',
    ],
    [
      'of more users than came',
      windows({ failed: rate(51) }, {}),
      '51 users reported failed, and only 50 have come',
    ],
    [
      'with other bounds',
      windows({ value: histogram([1, 2]) }, { value: histogram([1, 3]) }),
      'its value has other bounds',
    ],
  ])('are refused where they tell of a metric %s', (_case, records, why) => {
    expect(() => looksAt(records)).toThrow(why);
  });
});

describe('requests that tell of metrics', () => {
  const request = (name: string, told: number | undefined): RequestRecord => ({
    ...{ kind: 'request', t: 2, arm: 'canary', user: 'a', outcome: 'ok' },
    reports: [{ name, value: told }],
  });

  it('may say 1 and 0 of a rate, and nothing that its kind cannot be', () => {
    const count = (told: number | undefined) =>
      looksAt([begin, request('failed', told)])
        .at(-1)
        ?.decision.evidence.find(({ test }) => test === 'rollback.metric.failed')?.counts.canary;
    expect([count(1), count(undefined), count(0)]).toEqual([1, 1, 0]);
    expect(() => count(7)).toThrow('its failed is 7, which no rate can be');
    expect(() => looksAt([begin, request('empty', 0.5)])).toThrow('its empty is 0.5, which no ratio can be');
    expect(() => looksAt([begin, request('value', undefined)])).toThrow('which no histogram can be');
    expect(() => looksAt([begin, request('unknown', 7)])).not.toThrow();
  });
});
