import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latencyBounds } from '../domain/latency.ts';
import { type LatencyTally, logEvidenceOfSlowing, toleratedBuckets } from './latency-shift.ts';
import { tiltsAround, tiltsOver } from './latency-tilts.ts';

const buckets = 4;
const weights = fc.double({ min: 0.01, max: 0.99, noNaN: true });
const counts = fc.array(fc.nat(1000), { minLength: buckets, maxLength: buckets });
const bounds = fc
  .uniqueArray(fc.integer({ min: 1, max: 100_000 }), { minLength: buckets - 1, maxLength: buckets - 1 })
  .map((all) => all.toSorted((a, b) => a - b));
const tallies = fc.array(fc.record({ weight: weights, canary: counts, baseline: counts }), { maxLength: 3 });

/** What a unit takes: its bucket on the canary and on baseline. */
type Unit = { readonly canary: number; readonly baseline: number };

/** What is compared by: the buckets' ends, and what was usual before. */
type By = { readonly ends: readonly number[]; readonly usual: readonly number[] };
/** Too little to be asked, or as much as is. */
const bys: fc.Arbitrary<By> = fc.record({ ends: bounds, usual: fc.oneof(counts, fc.constant([])) });

/** Every way in which the coin may fall, with its chance: the expectation over the assignment, exactly. */
function expectation(units: readonly Unit[], weight: number, { ends, usual }: By): number {
  let sum = 0;
  for (let ways = 0; ways < 2 ** units.length; ways += 1) {
    const tally = {
      weight,
      canary: Array<number>(buckets).fill(0),
      baseline: Array<number>(buckets).fill(0),
    };
    let chance = 1;
    for (const [at, unit] of units.entries()) {
      const arm = (ways >> at) % 2 === 1 ? 'canary' : 'baseline';
      chance *= arm === 'canary' ? weight : 1 - weight;
      tally[arm][unit[arm]] = (tally[arm][unit[arm]] ?? 0) + 1;
    }
    sum += chance * Math.exp(logEvidenceOfSlowing([tally], ends, usual));
  }
  return sum;
}

/** All labellings of the same latencies with as many on the canary: how many have evidence as high as what was seen? */
function permutationShare(latencies: readonly number[], onCanary: ReadonlySet<number>): number {
  const ends = [1, 2, 4];
  const evidence = (isCanary: (at: number) => boolean) => {
    const tally = { weight: 0.5, canary: [0, 0, 0, 0], baseline: [0, 0, 0, 0] };
    for (const [at, bucket] of latencies.entries()) {
      const arm = isCanary(at) ? tally.canary : tally.baseline;
      arm[bucket] = (arm[bucket] ?? 0) + 1;
    }
    return logEvidenceOfSlowing([tally], ends);
  };
  const seen = evidence((at) => onCanary.has(at));
  let [all, asHigh] = [0, 0];
  for (let ways = 0; ways < 2 ** latencies.length; ways += 1) {
    const labels = latencies.map((_, at) => (ways >> at) % 2 === 1);
    if (labels.filter(Boolean).length !== onCanary.size) continue;
    all += 1;
    if (evidence((at) => labels[at] === true) >= seen - 1e-9) asHigh += 1;
  }
  return asHigh / all;
}

describe('logEvidenceOfSlowing', () => {
  const bucket = fc.nat(buckets - 1);

  it('has the mean 1 over all assignments where the change alters nothing', () => {
    const units = fc.array(
      bucket.map((at) => ({ canary: at, baseline: at })),
      { maxLength: 7 },
    );
    fc.assert(
      fc.property(units, weights, bys, (all, weight, by) => {
        expect(expectation(all, weight, by)).toBeCloseTo(1, 9);
      }),
      { numRuns: 30 },
    );
  });

  it('has at most that where each unit is no slower on the canary', () => {
    const faster = fc
      .tuple(bucket, bucket)
      .map(([a, b]) => ({ canary: Math.min(a, b), baseline: Math.max(a, b) }));
    fc.assert(
      fc.property(fc.array(faster, { maxLength: 7 }), weights, bys, (all, weight, by) => {
        expect(expectation(all, weight, by)).toBeLessThanOrEqual(1 + 1e-9);
      }),
      { numRuns: 30 },
    );
  });

  it('rises when a unit of the canary is slower, and falls when one of baseline is', () => {
    const move = (of: readonly number[], from: number) =>
      of.map((count, j) => (j === from ? count - 1 : j === from + 1 ? count + 1 : count));
    const from = fc.nat(buckets - 2);
    fc.assert(
      fc.property(weights, counts, counts, bys, from, (weight, canary, baseline, { ends, usual }, at) => {
        const evidence = (tally: LatencyTally) => logEvidenceOfSlowing([tally], ends, usual);
        const more = (of: readonly number[]) => of.map((count) => count + 1);
        const before = { weight, canary: more(canary), baseline: more(baseline) };
        const slower = evidence({ ...before, canary: move(before.canary, at) });
        const itself = evidence({ ...before, baseline: move(before.baseline, at) });
        expect(slower).toBeGreaterThanOrEqual(evidence(before) - 1e-9);
        expect(itself).toBeLessThanOrEqual(evidence(before) + 1e-9);
      }),
    );
  });

  it('is finite, and does not ask in what windows the units came', () => {
    fc.assert(
      fc.property(tallies, bys, (all, { ends, usual }) => {
        const whole = logEvidenceOfSlowing(all, ends, usual);
        expect(Number.isFinite(whole)).toBe(true);
        const none = Array<number>(buckets).fill(0);
        const apart = all.flatMap((tally) => [
          { ...tally, baseline: none },
          { ...tally, canary: none },
        ]);
        expect(logEvidenceOfSlowing(apart, ends, usual)).toBeCloseTo(whole, 6);
      }),
    );
  });

  it('promises no more than what an exact permutation test finds', () => {
    const cases = fc
      .array(bucket, { minLength: 8, maxLength: 10 })
      .chain((all) => fc.tuple(fc.constant(all), fc.subarray([...all.keys()])));
    fc.assert(
      fc.property(cases, ([latencies, chosen]) => {
        const onCanary = new Set(chosen);
        const tally = { weight: 0.5, canary: [0, 0, 0, 0], baseline: [0, 0, 0, 0] };
        for (const [at, one] of latencies.entries()) {
          const arm = onCanary.has(at) ? tally.canary : tally.baseline;
          arm[one] = (arm[one] ?? 0) + 1;
        }
        const promised = Math.exp(-logEvidenceOfSlowing([tally], [1, 2, 4]));
        // Over all numbers on the canary, of which the permutation test fixes one: the chance of that number is the difference.
        const ways = (n: number, k: number): number => (k === 0 ? 1 : (ways(n - 1, k - 1) * n) / k);
        const ofCount = ways(latencies.length, onCanary.size) / 2 ** latencies.length;
        expect(permutationShare(latencies, onCanary) * ofCount).toBeLessThanOrEqual(promised + 1e-9);
      }),
      { numRuns: 30 },
    );
  });

  it('finds what is slower by a half within some hundred units', () => {
    const baseline = [6, 120, 300, 150, 24];
    const slower = { weight: 0.5, canary: [2, 50, 240, 230, 78], baseline };
    const alike = { weight: 0.5, canary: baseline, baseline };
    expect(logEvidenceOfSlowing([slower], [10, 20, 40, 80])).toBeGreaterThan(Math.log(1000));
    expect(logEvidenceOfSlowing([alike], [10, 20, 40, 80])).toBeLessThan(0);
  });

  it('needs less where it knows what was usual, and hardly more where that has changed', () => {
    const ends = [10, 20, 40, 80];
    const at = [60, 1200, 3000, 1500, 240];
    const seen = { weight: 0.01, canary: [0, 2, 8, 8, 3], baseline: at.map((count) => count / 3) };
    const evidence = logEvidenceOfSlowing([seen], ends);
    expect(logEvidenceOfSlowing([seen], ends, at)).toBeGreaterThan(evidence + 0.5);
    expect(logEvidenceOfSlowing([seen], ends, at.toReversed())).toBeGreaterThan(evidence - Math.LN2 - 1e-9);
    expect(
      logEvidenceOfSlowing(
        [seen],
        ends,
        at.map(() => 5),
      ),
    ).toBe(evidence);
  });

  it.each<[string, readonly number[]]>([
    ['other buckets', [100, 100]],
    ['half of a wait', [100.5, 100, 100]],
    ['fewer than none', [-1, 200, 100]],
  ])('refuses what is usual in %s', (_case, usual) => {
    expect(() =>
      logEvidenceOfSlowing([{ weight: 0.5, canary: [1, 1, 1], baseline: [1, 1, 1] }], [1, 2], usual),
    ).toThrow(RangeError);
  });

  it.each<[string, LatencyTally, readonly number[]]>([
    ['bounds that fall', { weight: 0.5, canary: [1, 1, 1], baseline: [1, 1, 1] }, [2, 1]],
    ['a bound of nothing', { weight: 0.5, canary: [1, 1], baseline: [1, 1] }, [0]],
    ['no bounds', { weight: 0.5, canary: [1], baseline: [1] }, []],
    ['other buckets', { weight: 0.5, canary: [1], baseline: [1, 1] }, [1]],
    ['half a unit', { weight: 0.5, canary: [0.5, 1], baseline: [1, 1] }, [1]],
    ['no weight', { weight: 0, canary: [1, 1], baseline: [1, 1] }, [1]],
  ])('refuses %s', (_case, tally, ends) => {
    expect(() => logEvidenceOfSlowing([tally], ends)).toThrow(RangeError);
  });
});

it('tilts never fall, whatever the bounds', () => {
  fc.assert(
    fc.property(bounds, counts, (ends, some) => {
      const usual = some.map((count) => count + 1);
      const all = [...ends, Infinity].map((_, j) => j);
      for (const tilt of [...tiltsOver(ends, all), ...tiltsAround(usual, ends, all)].flat()) {
        expect(tilt).toHaveLength(ends.length + 1);
        for (const [j, g] of tilt.entries())
          expect(g).toBeGreaterThanOrEqual(tilt[j - 1] ?? Number.MIN_VALUE);
      }
    }),
  );
});

it('tilts around what is usual change nothing in the mean of it', () => {
  const usual = latencyBounds
    .map((_, j) => Math.round(1000 * Math.exp(-(((j - 16) / 3.5) ** 2) / 2)))
    .concat(0);
  const all = usual.reduce((sum, count) => sum + count, 0);
  const tilts = tiltsAround(usual, latencyBounds, [...usual.keys()]).flat();
  expect(tilts.length).toBeGreaterThan(10);
  for (const tilt of tilts) {
    const mean = tilt.reduce((sum, g, j) => sum + g * (usual[j] ?? 0), 0) / all;
    // Of a tail that was never met one in all is taken.
    expect(mean).toBeGreaterThan(0.95);
    expect(mean).toBeLessThan(1.02);
  }
});

describe('toleratedBuckets', () => {
  it('moves a unit by as many buckets as the factor spans, and loses none', () => {
    const one = (at: number) => latencyBounds.map((_, j) => (j === at ? 1 : 0)).concat(0);
    for (const at of [0, 1, 2, 20, 55])
      expect(toleratedBuckets(one(at), latencyBounds, Math.SQRT2).indexOf(1)).toBe(Math.max(0, at - 2));
    expect(toleratedBuckets([0, 0, 5], [1, 2], 1)).toEqual([0, 0, 5]);
  });

  it('never lets a unit count as slower than it was', () => {
    const factor = fc.double({ min: 1, max: 20, noNaN: true });
    fc.assert(
      fc.property(counts, bounds, factor, (all, ends, tolerated) => {
        const moved = toleratedBuckets(all, ends, tolerated);
        const beyond = (of: readonly number[], j: number) => of.slice(j).reduce((a, b) => a + b, 0);
        for (const j of all.keys()) expect(beyond(moved, j)).toBeLessThanOrEqual(beyond(all, j));
        expect(beyond(moved, 0)).toBe(beyond(all, 0));
      }),
    );
  });

  it.each([0.5, NaN, Infinity])('refuses the factor %s', (factor) => {
    expect(() => toleratedBuckets([1, 1], [1], factor)).toThrow(RangeError);
  });
});
