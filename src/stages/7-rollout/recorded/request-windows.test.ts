import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planForWeights } from '../../../config/recorded-plan.ts';
import { seededRandom } from '../../../demo/traffic/random.ts';
import type { RolloutRecord } from '../../../domain/rollout-record.ts';
import { Concluding, wordFor } from './conclusion.ts';
import { RecordedRollout } from './recorded-rollout.ts';
import { mostRequestWindows } from './request-windows.ts';

const plan = planForWeights([0.1]);

function looksAt(records: readonly RolloutRecord[]) {
  const rollout = new RecordedRollout({ plan, every: 60 });
  return [...records.flatMap((record) => rollout.take(record)), ...rollout.end()];
}

function concluded(records: readonly RolloutRecord[]) {
  const concluding = new Concluding();
  for (const look of looksAt(records)) concluding.see(look);
  return concluding.conclusion();
}

type Numbers = { readonly requests: number; readonly failed: number };
const window = (t: number, canary: Numbers, baseline: Numbers): RolloutRecord[] => [
  { kind: 'request-window', t, arm: 'canary', ...canary },
  { kind: 'request-window', t, arm: 'baseline', ...baseline },
];

/** Before the first weight, when both arms run the same: `clump` failures at a time. */
function equalArms(count: number, clump: number, waits?: readonly number[]): RolloutRecord[] {
  const random = seededRandom(5);
  const latency = waits && { latency: { bounds: [0.05, 0.2], counts: waits } };
  return Array.from({ length: count }, (_none, n) => {
    const failed = { canary: 0, baseline: 0 };
    for (let each = 0; each < 100; each += clump) failed[random() < 0.1 ? 'canary' : 'baseline'] += clump;
    return (['canary', 'baseline'] as const).map((arm): RolloutRecord => {
      const requests = arm === 'canary' ? 1000 : 9000;
      return { kind: 'request-window', t: n, arm, requests, failed: failed[arm], ...latency };
    });
  }).flat();
}

const minutes = (failed: number, share = 0.1, before = equalArms(40, 1)): RolloutRecord[] => [
  ...before,
  { kind: 'weight', t: 60, weight: 0.1 },
  ...[120, 180, 240].flatMap((t) =>
    window(
      t,
      { requests: 100_000 * share, failed },
      { requests: 100_000 * (1 - share), failed: 1000 * (1 - share) },
    ),
  ),
];

describe('a record of requests', () => {
  it('is never promoted, however well the canary does', () => {
    expect(concluded(minutes(100))).toMatchObject({
      word: 'inconclusive',
      look: {
        t: 240,
        unit: 'request',
        decision: {
          code: 'rollout.requests',
          reason: expect.stringMatching(/requests were counted, which show no canary to be good/),
        },
      },
    });
    expect(looksAt(minutes(100)).map(wordFor)).not.toContain('promote');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9000), fc.nat(90_000), fc.nat(100)), { maxLength: 20 }), (all) => {
        const records = all.flatMap(([canary, baseline, failed], n) =>
          window(
            60 * (n + 2),
            { requests: canary, failed: Math.min(canary, failed) },
            { requests: baseline, failed: Math.min(baseline, 100) },
          ),
        );
        const words = looksAt([{ kind: 'weight', t: 60, weight: 0.1 }, ...records]).map(wordFor);
        expect(words).not.toContain('promote');
      }),
    );
  });

  it('is rolled back where the canary fails more, also after looks that saw nothing bad, and says what was counted', () => {
    const late = [
      ...minutes(100),
      ...window(300, { requests: 10_000, failed: 3000 }, { requests: 90_000, failed: 900 }),
    ];
    expect(concluded(late)).toMatchObject({
      word: 'rollback',
      look: {
        t: 300,
        decision: {
          code: 'rollout.server-errors',
          reason: expect.stringMatching(
            /requests met .* by 40 windows of two equal arms they scatter up to 1\.\d times as much/,
          ),
        },
      },
    });
  });

  it('decides nothing where no equal arms were seen, and asks for more evidence the more those scatter', () => {
    const uncalibrated = concluded(minutes(300, 0.1, equalArms(20, 1)));
    expect(uncalibrated).toMatchObject({
      word: 'inconclusive',
      look: { decision: { code: 'rollout.requests', reason: expect.stringMatching(/Without 30 windows/) } },
    });
    const barAfter = (clump: number) => {
      const { decision } = concluded(minutes(300, 0.1, equalArms(40, clump)))?.look ?? {};
      return decision?.evidence.find(({ test }) => test === 'rollback.server-error')?.threshold ?? 0;
    };
    expect(barAfter(10)).toBeGreaterThan(5 * barAfter(1));
    expect(concluded(minutes(150, 0.1, equalArms(40, 1)))?.word).toBe('rollback');
    expect(concluded(minutes(150, 0.1, equalArms(40, 10)))?.word).toBe('inconclusive');
  });

  it('compares with the share of requests that each window really had, not with the weight', () => {
    expect(concluded(minutes(300, 0.3))).toMatchObject({ word: 'inconclusive' });
    expect(concluded(minutes(60, 0.01))).toMatchObject({ word: 'rollback' });
  });

  it('compares nothing where one arm was asked nothing', () => {
    const alone = [60, 120, 180].flatMap((t) =>
      window(t, { requests: 1000, failed: 1000 }, { requests: 0, failed: 0 }),
    );
    expect(concluded([{ kind: 'weight', t: 0, weight: 0.1 }, ...alone])?.word).not.toBe('rollback');
  });

  it('finds a canary that is slower', () => {
    const slow = (t: number, counts: readonly number[]): RolloutRecord[] => {
      const latency = { bounds: [0.05, 0.2], counts };
      return [
        { kind: 'request-window', t, arm: 'canary', requests: 1000, failed: 0, latency },
        {
          kind: 'request-window',
          ...{ t, arm: 'baseline', requests: 9000, failed: 0 },
          latency: { bounds: [0.05, 0.2], counts: [8900, 80, 20] },
        },
      ];
    };
    const begin: RolloutRecord[] = [...equalArms(40, 1, [990, 8, 2]), { kind: 'weight', t: 50, weight: 0.1 }];
    expect(concluded([...begin, ...slow(110, [400, 300, 300])])?.look.decision).toMatchObject({
      code: 'rollout.latency',
      reason: expect.stringMatching(/half of its requests wait/),
    });
    expect(concluded([...begin, ...slow(110, [990, 8, 2])])?.word).toBe('inconclusive');
  });

  it('throws at one window too many, and at windows of users besides', () => {
    const many = Array.from(
      { length: mostRequestWindows + 1 },
      (_none, n): RolloutRecord => ({
        ...{ kind: 'request-window', t: n, arm: 'canary', requests: 1, failed: 0 },
      }),
    );
    expect(() => looksAt(many)).toThrow(RangeError);
    const users: RolloutRecord = { kind: 'window', t: 300, arm: 'canary', users: 1, failed: 0 };
    expect(() => looksAt([...minutes(1), users])).toThrow(RangeError);
  });
});
