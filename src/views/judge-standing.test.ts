import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CanaryOutcome, canaryDrawn, canaryJudged } from '../domain/canary.ts';
import type { Entry } from '../domain/journal.ts';
import { foldMeasures, measuredOf, noMeasures, standingOf, trialsOf, viewJudges } from './judge-standing.ts';

const usage = { inputTokens: 1, outputTokens: 1, microdollars: null };

function entriesFor(outcomes: readonly CanaryOutcome[], judge = 'j1', from = 0, of = 'docs'): Entry[] {
  return outcomes.flatMap((outcome, n) => {
    const [index, at] = [from + 2 * n, new Date(1_000_000 * (from + n + 1)).toISOString()];
    const id = `${judge}-${from + n}`;
    const kind = outcome === 'cleared' || outcome === 'false-veto' ? 'good' : 'seeded';
    const about = { judge, panel: [], families: 2, prompts: 'sha256:x', class: of, host: `chg_${from + n}` };
    return [
      { index, at, actor: 'judge', type: canaryDrawn, data: { id, ...about, kind, defect: null } },
      { index: index + 1, at, actor: 'judge', type: canaryJudged, data: { id, judge, outcome, usage } },
    ];
  });
}

const times = (count: number, outcome: CanaryOutcome): CanaryOutcome[] => Array(count).fill(outcome);
const measuredBy = (outcomes: readonly CanaryOutcome[]) =>
  measuredOf(foldMeasures(entriesFor(outcomes)), 'j1', 'docs');
const hasEarned = (outcomes: readonly CanaryOutcome[]) => standingOf(measuredBy(outcomes)).earned;

describe('the standing of a judge', () => {
  it('is earned by 64 seeded defects without a miss, and says by what', () => {
    expect(standingOf(undefined)).toEqual({
      earned: false,
      why: 'it has not been measured with changes of this class',
    });
    expect(hasEarned(times(63, 'caught'))).toBe(false);
    expect(standingOf(measuredBy(times(64, 'caught')))).toEqual({
      earned: true,
      why: 'it found 64 of 64 seeded defects in changes of class docs: misses at most 5 %, at 95 % confidence at all times, of 5 % that are tolerated',
    });
  });

  it('counts nothing but what was decided about a seeded defect', () => {
    for (const outcome of ['abstained', 'elsewhere', 'cleared', 'false-veto'] as const)
      expect(hasEarned([...times(63, 'caught'), ...times(100, outcome)])).toBe(false);
  });

  it('counts a defect once that is found in one change again and again, and a miss always', () => {
    const one = (outcome: CanaryOutcome, at: number) =>
      entriesFor([outcome], 'j1', 2 * at).map((entry) => ({
        ...entry,
        data: {
          ...entry.data,
          ...(entry.type === canaryDrawn ? { host: 'chg_1', defect: { name: 'x' } } : {}),
        },
      }));
    const same = Array.from({ length: 100 }, (_, at) => one('caught', at)).flat();
    const [view] = viewJudges(foldMeasures(same));
    expect(view).toMatchObject({ outcomes: { caught: 100 }, misses: { of: 1 }, hosts: 1 });
    const missed = foldMeasures([...same, ...one('missed', 100), ...one('missed', 101)]);
    expect(viewJudges(missed)).toMatchObject([{ misses: { of: 3 } }]);
  });

  it('is lost by a miss that comes early, and earned again by more that is found', () => {
    const early = [...times(64, 'caught'), 'missed'] as const;
    expect(hasEarned(early)).toBe(false);
    expect(hasEarned([...early, ...times(60, 'caught')])).toBe(false);
    expect(hasEarned([...early, ...times(100, 'caught')])).toBe(true);
  });

  it('is lost by a breach however long the record was, and must then be earned anew', () => {
    const old = times(2_000, 'caught');
    expect(hasEarned([...old, 'missed', 'missed'])).toBe(true);
    const breached = [...old, ...times(3, 'missed')];
    expect(measuredBy(breached)?.breaches).toEqual([2_003]);
    expect(hasEarned(breached)).toBe(false);
    expect(hasEarned([...breached, ...times(63, 'caught')])).toBe(false);
    expect(hasEarned([...breached, ...times(64, 'caught')])).toBe(true);
  });

  it('is that of one judge and one class: another panel, prompt or class begins at nothing', () => {
    const measures = foldMeasures([
      ...entriesFor(times(64, 'caught')),
      ...entriesFor(times(3, 'caught'), 'j2', 200),
      ...entriesFor(times(3, 'caught'), 'j1', 300, 'lint'),
    ]);
    const earned = (judge: string, of: string) => standingOf(measuredOf(measures, judge, of)).earned;
    expect(earned('j1', 'docs')).toBe(true);
    expect(earned('j2', 'docs')).toBe(false);
    expect(earned('j1', 'lint')).toBe(false);
    expect(viewJudges(measures).map(({ judge, class: of }) => `${judge} ${of}`)).toEqual([
      'j1 lint',
      'j2 docs',
      'j1 docs',
    ]);
  });

  it('takes each canary once, and for the judge alone that it was drawn for', () => {
    const [drawn, judged] = entriesFor(['caught']);
    if (drawn === undefined || judged === undefined) throw new Error('two entries are made');
    const again = { ...judged, index: 2 };
    const foreign = { ...judged, index: 3, data: { ...judged.data, judge: 'j2' } };
    const odd = { ...judged, index: 4, data: { ...judged.data, id: 'x', outcome: 'approved' } };
    const measured = foldMeasures([drawn, judged, again, foreign, odd, { ...drawn, index: 5, data: {} }]);
    expect(measured.judges.size).toBe(1);
    expect(trialsOf(measuredOf(measured, 'j1', 'docs')?.decided ?? [])).toEqual({ hits: 0, misses: 1 });
    expect(foldMeasures([judged]).judges.size).toBe(0);
  });

  it('is shown with what it rests on, and with canaries that have no answer', () => {
    const [drawn] = entriesFor(['caught']);
    expect(drawn && viewJudges(foldMeasures([drawn]))).toMatchObject([
      { open: 1, misses: { of: 0, upper: 1 } },
    ]);
    const many = [...times(8, 'cleared'), ...times(2, 'false-veto'), 'abstained', 'caught'] as const;
    const [view] = viewJudges(foldMeasures(entriesFor(many)));
    expect(view).toMatchObject({
      open: 0,
      breaches: 0,
      misses: { of: 1 },
      falseVetoes: { of: 10, lower: expect.any(Number), upper: expect.any(Number) },
      outcomes: { cleared: 8, 'false-veto': 2, abstained: 1, caught: 1 },
    });
    const two = foldMeasures([...entriesFor(many), ...entriesFor(['caught'], 'j2', 200)]);
    expect(viewJudges(two).map(({ judge }) => judge)).toEqual(['j2', 'j1']);
  });

  it('is not had sooner by missing more', () => {
    const two = ['missed', 'missed', ...times(70, 'caught')] as const;
    expect(hasEarned(two)).toBe(false);
    expect(measuredBy(['missed', ...two])?.breaches).toEqual([3]);
    expect(hasEarned(['missed', ...two])).toBe(false);
    const late = [...times(2_000, 'caught'), ...times(3, 'missed'), ...times(10, 'caught')];
    for (const misses of [2, 3])
      expect(hasEarned([...late, ...times(misses, 'missed'), ...times(66, 'caught')])).toBe(false);
  });

  it('is the same read at once or piece by piece, and never better by a miss', () => {
    const outcome = fc.constantFrom<CanaryOutcome>(
      'caught',
      'caught',
      'caught',
      'missed',
      'abstained',
      'cleared',
    );
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 120 }), fc.nat(240), fc.nat(119), (all, cut, at) => {
        const entries = entriesFor(all);
        const parts = foldMeasures(entries.slice(cut), foldMeasures(entries.slice(0, cut), noMeasures));
        expect(parts).toEqual(foldMeasures(entries));
        const worse = all.toSpliced(at, 0, 'missed');
        expect(Number(hasEarned(worse))).toBeLessThanOrEqual(Number(hasEarned(all)));
      }),
    );
  });
});
