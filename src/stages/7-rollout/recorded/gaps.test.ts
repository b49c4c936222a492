import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planForWeights } from '../../../config/recorded-plan.ts';
import { seededRandom } from '../../../demo/traffic/random.ts';
import type { RequestRecord, RolloutRecord, WindowRecord } from '../../../domain/rollout-record.ts';
import { Concluding, wordFor } from './conclusion.ts';
import { type Look, RecordedRollout } from './recorded-rollout.ts';

const made = planForWeights([0.1, 0.5]);
/** So long that what is deleted is before the end. */
const plan = { ...made, steps: made.steps.map((step) => ({ ...step, bakeSeconds: 12 })) };

function looksAt(records: readonly RolloutRecord[]): readonly Look[] {
  const rollout = new RecordedRollout({ plan, every: 1 });
  return [...records.flatMap((record) => rollout.take(record)), ...rollout.end()];
}

/** Where it ends, and why; `refused`: it is no record. */
function endOf(records: readonly RolloutRecord[]): { readonly word: string; readonly why: string } {
  try {
    const concluding = new Concluding();
    for (const look of looksAt(records)) concluding.see(look);
    const conclusion = concluding.conclusion();
    return { word: conclusion?.word ?? 'none', why: conclusion?.look.decision.reason ?? '' };
  } catch (thrown) {
    if (thrown instanceof RangeError) return { word: 'refused', why: thrown.message };
    throw thrown;
  }
}

const begin = (t: number, weight: number): RolloutRecord => ({ kind: 'weight', t, weight });
type Arms = { readonly canary: number; readonly baseline: number };
const users = { low: { canary: 20, baseline: 180 }, high: { canary: 60, baseline: 60 } };

/** Windows of two seconds: five of baseline before, and then six of each step, of which `bad` fail on the canary. */
function windows(bad: readonly number[] = [], more: Partial<WindowRecord> = {}): RolloutRecord[] {
  const window = (n: number, { canary, baseline }: Arms, isBad: boolean): WindowRecord[] => [
    { kind: 'window', t: 2 * n, arm: 'canary', users: canary, failed: isBad ? 0.9 * canary : 0, ...more },
    {
      kind: 'window',
      t: 2 * n,
      arm: 'baseline',
      users: baseline,
      failed: Math.round(baseline / 60),
      ...more,
    },
  ];
  const six = (from: number, arms: Arms) =>
    [0, 1, 2, 3, 4, 5].flatMap((n) => window(from + n, arms, bad.includes(from + n)));
  const before = [1, 2, 3, 4, 5].map(
    (n): RolloutRecord => ({
      ...{ kind: 'window', t: 2 * n, arm: 'baseline', users: 200, failed: 2 },
      ...more,
    }),
  );
  return [...before, begin(10, 0.1), ...six(6, users.low), begin(22, 0.5), ...six(12, users.high)];
}

const told = { seconds: 2 };
const without = (records: readonly RolloutRecord[], gone: (record: RolloutRecord) => boolean) =>
  records.filter((record) => !gone(record));
const isOf = (t: number, arm?: string) => (record: RolloutRecord) =>
  record.kind === 'window' && record.t === t && (arm === undefined || record.arm === arm);

describe('windows with a gap', () => {
  it.each([told, {}])('are promoted where there is none: %j', (more) => {
    expect(endOf(windows([], more)).word).toBe('promote');
    expect(endOf(windows([14], more)).word).toBe('rollback');
  });

  it.each<[string, RolloutRecord[], string]>([
    ['a window', without(windows([], told), isOf(28)), 'nothing was recorded from 26 to 28 s'],
    [
      'one that does not tell its length',
      without(windows(), isOf(28)),
      'nothing was recorded from 26 to 28 s',
    ],
    ['the first of a step', without(windows([], told), isOf(24)), 'nothing was recorded from 22 to 24 s'],
    ['one from before', without(windows([], told), isOf(6)), 'nothing was recorded from 4 to 6 s'],
    [
      'an arm',
      without(windows([], told), isOf(14, 'canary')),
      'of the canary in the window that ends at 14 s',
    ],
    [
      'the other arm',
      without(windows(), isOf(14, 'baseline')),
      'of the baseline in the window that ends at 14',
    ],
  ])('are inconclusive, and say so: %s is missing', (_case, records, why) => {
    const end = endOf(records);
    expect(end).toMatchObject({ word: 'inconclusive', why: expect.stringContaining(why) });
    expect(end.why).toMatch(/Nothing is promoted over a gap: |Besides, /);
  });

  it('are still rolled back for what they show', () => {
    expect(endOf(without(windows([15], told), isOf(26))).word).toBe('rollback');
  });

  it('are inconclusive where one arm is not asked while the other is, beyond chance', () => {
    const silent = (record: RolloutRecord, from: number): RolloutRecord =>
      record.kind === 'window' && record.arm === 'canary' && record.t >= from
        ? { ...record, users: 0, failed: 0 }
        : record;
    const all = windows([], told);
    const end = endOf(all.map((record) => silent(record, 14)));
    expect(end).toMatchObject({
      word: 'inconclusive',
      why: expect.stringContaining(
        'the canary was not heard of from 12 to 16 s, where 360 users of the baseline',
      ),
    });
  });

  it('are refused where one comes late, twice, or over another', () => {
    const all = windows([], told);
    expect(endOf(all.toReversed()).word).toBe('refused');
    expect(endOf([...all, ...all.slice(-1)])).toMatchObject({
      word: 'refused',
      why: 'the window that ends at 34 has the baseline twice',
    });
    const over: RolloutRecord = { kind: 'window', t: 35, arm: 'canary', users: 9, failed: 0, seconds: 2 };
    expect(endOf([...all, over]).why).toContain('before the one before it has ended');
    const late = without(all, (record) => record.kind === 'weight' && record.t === 22);
    const at = late.findIndex(isOf(22));
    expect(endOf(late.toSpliced(at, 0, begin(22, 0.5))).why).toContain('ends where a step begins');
  });

  it('never become good by what is deleted of them', () => {
    const places = fc.uniqueArray(fc.integer({ min: 6, max: 17 }), { maxLength: 4 });
    const lines = fc.record({
      n: fc.integer({ min: 6, max: 17 }),
      arm: fc.constantFrom('canary', 'baseline', undefined),
    });
    fc.assert(
      fc.property(places, fc.array(lines, { maxLength: 4 }), fc.boolean(), (bad, deleted, andBad) => {
        const full = windows(bad, told);
        if (endOf(full).word === 'promote') return;
        const gone = [...deleted, ...(andBad ? bad.map((n) => ({ n, arm: undefined })) : [])];
        const left = without(full, (record) => gone.some(({ n, arm }) => isOf(2 * n, arm)(record)));
        expect(endOf(left).word).not.toBe('promote');
      }),
      { numRuns: 300 },
    );
  });

  it('are refused, or change nothing, in another order and with lines twice', () => {
    const all = windows([9], told);
    const numbered = fc.shuffledSubarray([...all.keys()], { minLength: all.length });
    const places = fc.array(fc.nat(all.length - 1), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(numbered, places, fc.boolean(), (order, twice, isSorted) => {
        const mixed = order.flatMap((n) => all[n] ?? []);
        const shuffled = isSorted ? mixed.toSorted((one, other) => one.t - other.t) : mixed;
        expect([endOf(all), { word: 'refused' }]).toContainEqual(
          expect.objectContaining({ word: endOf(shuffled).word }),
        );
        const doubled = all.flatMap((record, n) => (twice.includes(n) ? [record, record] : [record]));
        expect(endOf(doubled).word).toBe('refused');
      }),
    );
  });
});

/** A hundred requests a second, by users of whom a tenth is on the canary, then half; all of a second have one time. */
function requests(of: (t: number, arm: string) => boolean = () => true): RolloutRecord[] {
  const random = seededRandom(7);
  const hashes = Array.from({ length: 1500 }, random);
  return Array.from({ length: 90 }, (_none, t): RolloutRecord[] => {
    const weight = t < 20 ? 0 : t < 50 ? 0.1 : 0.5;
    const line = (): RequestRecord => {
      const user = Math.floor(random() * hashes.length);
      const arm = (hashes[user] ?? 1) < weight ? 'canary' : 'baseline';
      return { kind: 'request', t, arm, user: `${user}`, outcome: random() < 0.01 ? 'server-error' : 'ok' };
    };
    const lines = Array.from({ length: 100 }, line).filter(({ arm }) => of(t, arm));
    return t === 20 || t === 50 ? [begin(t, weight), ...lines] : lines;
  }).flat();
}

describe('requests with a gap', () => {
  it('are promoted where there is none', () => {
    expect(endOf(requests()).word).toBe('promote');
  });

  it.each<[string, (t: number, arm: string) => boolean, string]>([
    ['a source that stops for a while', (t) => t < 25 || t > 38, 'no request was recorded from 24 to 35 s'],
    ['the canary alone', (t, arm) => t < 52 || arm !== 'canary', 'the canary was not heard of'],
    ['baseline alone', (t, arm) => t < 52 || arm !== 'baseline', 'the baseline was not heard of'],
  ])('are inconclusive, and say so: %s', (_case, of, why) => {
    const looks = looksAt(requests(of));
    expect(endOf(requests(of)).word).toBe('inconclusive');
    expect(looks.some(({ decision }) => decision.reason.includes(why))).toBe(true);
    expect(looks.slice(-20).map(wordFor)).not.toContain('promote');
  });

  it('are no gap where so few come that pauses are their own', () => {
    const few = requests((t) => t % 15 === 0).filter(({ kind }, n) => kind === 'request' && n % 25 === 0);
    const looks = looksAt([begin(0, 0.1), ...few]);
    expect(looks.some(({ decision }) => decision.reason.includes('over a gap'))).toBe(false);
  });

  it('change nothing in another order of one time, and with lines twice', () => {
    const whole = requests();
    const isKept = (one: RolloutRecord, n: number) => n % 4 === 0 || one.kind === 'weight';
    const worse = whole
      .slice(-400, -300)
      .map((one) => ({ ...one, outcome: 'client-error' }) as RolloutRecord);
    const all = [...whole.filter(isKept), ...worse];
    const sorted = (some: readonly RolloutRecord[]) => some.toSorted((one, other) => one.t - other.t);
    const numbered = fc.shuffledSubarray([...all.keys()], { minLength: all.length });
    const places = fc.array(fc.nat(all.length - 1), { maxLength: 50 });
    const looks = looksAt(sorted(all));
    fc.assert(
      fc.property(numbered, places, (order, twice) => {
        const shuffled = [...order, ...twice].flatMap((n) => (all[n]?.kind === 'request' ? all[n] : []));
        const weights = all.filter(({ kind }) => kind === 'weight');
        expect(looksAt(sorted([...weights, ...shuffled]))).toEqual(looks);
        expect(looksAt(sorted([...shuffled, ...weights]))).toEqual(looks);
      }),
      { numRuns: 30 },
    );
  });
});
