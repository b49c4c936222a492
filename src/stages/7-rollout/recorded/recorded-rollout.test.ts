import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planForWeights } from '../../../config/recorded-plan.ts';
import { seededRandom } from '../../../demo/traffic/random.ts';
import type { RolloutRecord } from '../../../domain/rollout-record.ts';
import { Concluding, wordFor } from './conclusion.ts';
import { type Look, RecordedRollout } from './recorded-rollout.ts';

const weights = [0.01, 0.1, 0.5];
const plan = planForWeights(weights);
const begins = [20, 80, 160] as const;
const ends = 240;

/**
 * Users who ask 500 times a second, of whom each fails in one of a hundred requests, and on the canary in more. They wait for
 * 30 to 100 ms, and on the canary `slower` times as long.
 */
function* traffic(seed: number, more: number, slower = 1): Generator<RolloutRecord> {
  const random = seededRandom(seed);
  const hashes = Array.from({ length: 20_000 }, random);
  let step = -1;
  for (let n = 0; n < ends * 500; n += 1) {
    const t = n / 500;
    if (t >= (begins[step + 1] ?? ends)) {
      step += 1;
      yield { kind: 'weight', t, weight: weights[step] ?? 0 };
    }
    const user = Math.floor(random() * hashes.length);
    const isCanary = (hashes[user] ?? 1) < (weights[step] ?? 0);
    const outcome = random() < 0.01 + (isCanary ? more : 0) ? 'server-error' : 'ok';
    const arm = isCanary ? 'canary' : 'baseline';
    const seconds = (0.03 + 0.07 * random()) * (isCanary ? slower : 1);
    yield { kind: 'request', t, arm, user: `${user}`, outcome, seconds };
  }
}

const weight = (t: number, of: number): RolloutRecord => ({ kind: 'weight', t, weight: of });

function looksAt(records: Iterable<RolloutRecord>, every = 1): readonly Look[] {
  const rollout = new RecordedRollout({ plan, every });
  const looks = [...records].flatMap((record) => rollout.take(record));
  return [...looks, ...rollout.end()];
}

function concluded(looks: readonly Look[]) {
  const concluding = new Concluding();
  for (const look of looks) concluding.see(look);
  return concluding.conclusion();
}

describe('a recorded rollout', () => {
  it('is promoted where the canary is as good, once its last step is passed', () => {
    const looks = looksAt(traffic(1, 0));
    expect(looks.length).toBeGreaterThan(200);
    const conclusion = concluded(looks);
    expect(conclusion).toMatchObject({ word: 'promote', look: { weight: 0.5 } });
    expect(looks.filter((look) => wordFor(look) === 'promote').map(({ weight }) => weight)).toContain(0.01);
  });

  it('is rolled back where it fails more, as soon as that shows, and however the record goes on', () => {
    const looks = looksAt(traffic(2, 0.2));
    expect(concluded(looks)).toMatchObject({
      word: 'rollback',
      look: { weight: 0.01, decision: { code: 'rollout.server-errors' } },
    });
    expect(looks.at(-1)).toMatchObject({ weight: 0.5, decision: { kind: 'rollback' } });
  });

  it.each([
    [1.2, 'promote'],
    [2, 'rollback'],
  ])('judges a canary that is %s times as slow: %s', (slower, word) => {
    expect(concluded(looksAt(traffic(4, 0, slower)))?.word).toBe(word);
  });

  it('takes waits from the first user on where the version is warm before, and after the warm-up else', () => {
    const secondsUntil = (warmUpSeconds: number) => {
      const own = { ...plan, latency: { tolerate: 1.1, warmUpSeconds } };
      const rollout = new RecordedRollout({ plan: own, every: 0.5 });
      for (const record of traffic(4, 0, 3)) {
        const found = rollout.take(record).find(({ decision }) => decision.kind === 'rollback');
        if (found !== undefined || record.t > 40) return (found?.t ?? Infinity) - begins[0];
      }
      return Infinity;
    };
    expect(secondsUntil(0)).toBeLessThan(3);
    expect(secondsUntil(7)).toBeGreaterThan(7);
    expect(secondsUntil(7)).toBeLessThan(12);
  });

  it('takes how long users waited from windows too, all by the same bounds', () => {
    const [users, failed, bounds] = [1000, 10, [0.05, 0.1, 0.2]];
    const at = (t: number, counts: readonly number[], of: readonly number[] = bounds): RolloutRecord[] => [
      { kind: 'window', t, arm: 'canary', users, failed, latency: { bounds: of, counts } },
      {
        ...{ kind: 'window', t, arm: 'baseline', users: 99 * users, failed: 99 * failed },
        latency: { bounds: of, counts: [0, 99 * users, 0, 0] },
      },
    ];
    const before: RolloutRecord = { kind: 'window', t: 1, arm: 'baseline', users: 10_000, failed: 100 };
    const looks = (counts: readonly number[]) => looksAt([before, weight(1, 0.01), ...at(60, counts)]);
    expect(concluded(looks([0, 1000, 0, 0]))?.look.decision.kind).toBe('raise');
    expect(concluded(looks([0, 600, 0, 400]))?.look.decision).toMatchObject({ code: 'rollout.latency' });
    expect(() => looksAt([weight(1, 0.01), ...at(60, [0, 1]), ...at(70, [0, 1], [0.1])])).toThrow(
      /other bounds/,
    );
  });

  it('decides nothing where it ends before, or nobody comes', () => {
    const short = [...traffic(1, 0)].filter(({ t }) => t < 22);
    expect(concluded(looksAt(short))?.word).toBe('inconclusive');
    const none: RolloutRecord[] = [{ kind: 'weight', t: 0, weight: 0.01 }];
    expect(concluded(looksAt(none))).toMatchObject({ word: 'inconclusive', look: { usersExposed: 0 } });
    expect(concluded([])).toBeUndefined();
  });

  it('looks now and then while nothing comes for years', () => {
    const requests = [1, 1e9].map(
      (t) => ({ kind: 'request', t, arm: 'canary', user: 'a', outcome: 'ok' }) as const,
    );
    const looks = looksAt([{ kind: 'weight', t: 0, weight: 0.01 }, ...requests]);
    expect(looks.length).toBeLessThan(1100);
    expect(looks.some((look) => look.decision.kind === 'raise')).toBe(false);
  });

  it('does not depend on when the clock of the record began', () => {
    const words = (shift: number) =>
      looksAt([...traffic(3, 0.05)].map((record) => ({ ...record, t: record.t + shift }))).map(wordFor);
    expect(words(1_700_000_000)).toEqual(words(0));
  });

  it('looks at each window once, when both arms are told', () => {
    const window = (t: number, users: number, failed: number): RolloutRecord[] => [
      { kind: 'window', t, arm: 'canary', users, failed },
      { kind: 'window', t, arm: 'baseline', users: 100_000 - users, failed: 1000 - users / 100 },
    ];
    const before: RolloutRecord = { kind: 'window', t: 1, arm: 'baseline', users: 10_000, failed: 100 };
    const records = [before, weight(1, 0.01), ...window(60, 1000, 10), weight(60, 0.1)];
    records.push(...window(120, 10_000, 300));
    expect(looksAt(records).map((look) => [look.t, look.weight, wordFor(look)])).toEqual([
      [60, 0.01, 'promote'],
      [120, 0.1, 'rollback'],
    ]);
  });

  it('is never kinder for one more failure on the canary', () => {
    const rank = { rollback: 0, close: 1, hold: 2, restart: 2, continue: 3, raise: 4, promote: 4 };
    const window = fc.record({ canary: fc.nat(30), baseline: fc.nat(300) });
    fc.assert(
      fc.property(fc.array(window, { minLength: 1, maxLength: 6 }), fc.nat(5), (failing, at) => {
        const looks = (extra: number) =>
          looksAt([
            { kind: 'weight', t: 0, weight: 0.01 },
            ...failing.flatMap(({ canary, baseline }, n): RolloutRecord[] => [
              {
                kind: 'window',
                t: n + 1,
                arm: 'canary',
                users: 100,
                failed: canary + (n === at ? extra : 0),
              },
              { kind: 'window', t: n + 1, arm: 'baseline', users: 9900, failed: baseline },
            ]),
          ]);
        const [before, after] = [looks(0), looks(1)];
        for (const [n, look] of before.entries())
          expect(rank[after[n]?.decision.kind ?? 'promote']).toBeLessThanOrEqual(rank[look.decision.kind]);
      }),
    );
  });

  const request: RolloutRecord = { kind: 'request', t: 1, arm: 'canary', user: 'a', outcome: 'ok' };
  const window: RolloutRecord = { kind: 'window', t: 1, arm: 'canary', users: 1, failed: 0 };
  it.each<[string, readonly RolloutRecord[]]>([
    ['a time that falls', [weight(5, 0.01), request]],
    ['another weight', [weight(0, 0.02)]],
    ['a step too many', [...weights, 0.6].map((of, n) => weight(n, of))],
    ['requests and windows', [weight(0, 0.01), request, window]],
    ['windows and requests', [weight(0, 0.01), window, request]],
  ])('throws at %s', (_case, records) => {
    expect(() => looksAt(records)).toThrow(RangeError);
  });
});
