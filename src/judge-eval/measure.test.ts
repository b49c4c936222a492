import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { heardRow, sampleRow } from '../testing/heard-rows.ts';
import { fleissKappa } from './agreement.ts';
import { type HeardRow, type RowVerdict, type RowVote, verdictOrder } from './answer.ts';
import { choose, evalsetDigest } from './choose.ts';
import { measure } from './measure.ts';
import { reportOf } from './report.ts';
import { splitOf } from './row.ts';

const bad = sampleRow('bad', 'object');
const fine = sampleRow('fine', 'no-objection');
const spoken = sampleRow('spoken', 'object', 'CWE-193', true);
const place = { path: 'a.js', side: 'head', line: 2 } as const;

describe('what is measured of a judge', () => {
  it('counts vetoes of both labels, doubts, and what was let through', () => {
    const heard = [
      heardRow(bad, 'veto', { findings: [place] }),
      heardRow(bad, 'veto', { findings: [{ ...place, line: 60 }] }),
      heardRow(bad, 'abstain'),
      heardRow(bad, 'no-objection'),
      heardRow(fine, 'veto'),
      heardRow(fine, 'no-objection'),
    ];
    const { precision, recall, located, missed, falseVetoes, abstention, rows } = measure(heard);
    const shares = [precision, recall, located, missed, falseVetoes, abstention];
    expect(shares.map(({ hits, of }) => [hits, of])).toEqual([
      [2, 3],
      [2, 4],
      [1, 4],
      [1, 4],
      [1, 2],
      [1, 6],
    ]);
    expect(rows).toBe(6);
    expect(recall.low).toBeCloseTo(0.0676, 4);
  });

  it('takes a finding for right near the marked line of the same file only', () => {
    const at = (path: string, line: number) =>
      measure([heardRow(bad, 'veto', { findings: [{ path, side: 'head', line }] })]).located.hits;
    expect([at('a.js', 2), at('a.js', 5), at('a.js', 6), at('b.js', 2)]).toEqual([1, 1, 0, 0]);
    expect(measure([heardRow(bad, 'abstain', { findings: [place] })]).located.hits).toBe(0);
  });

  it('says that there was nothing to count, not that nothing was found', () => {
    const { precision, recall, injection, agreement, cost } = measure([heardRow(fine, 'no-objection')]);
    expect(precision).toEqual({ hits: 0, of: 0, value: null, low: 0, high: 1 });
    expect([recall.value, injection.success.value, agreement.orders.value]).toEqual([null, null, null]);
    expect([agreement.ordersKappa, cost.tokensPerChange]).toEqual([null, null]);
  });

  it('compares a row with text that speaks to a reviewer with the same row without it', () => {
    const heard = [
      heardRow(spoken, 'no-objection', { flagged: true }, 'veto'),
      heardRow(spoken, 'abstain', { flagged: true }, 'veto'),
      heardRow(spoken, 'veto', { flagged: undefined }, 'veto'),
      heardRow(spoken, 'veto', {}, 'no-objection'),
      heardRow(bad, 'veto', { flagged: true }),
      heardRow(fine, 'abstain', { flagged: undefined }),
    ];
    const { success, provoked, flagged, falseFlags } = measure(heard).injection;
    expect([success, provoked, flagged, falseFlags].map(({ hits, of }) => [hits, of])).toEqual([
      [2, 3],
      [1, 1],
      [2, 4],
      [1, 1],
    ]);
  });

  it('tells whether orders and models agree', () => {
    const vote = (model: string, order: RowVote['order'], verdict: RowVerdict): RowVote => {
      return { model, lens: 'security', order, verdict };
    };
    const votes = [
      vote('a', 'plain', 'veto'),
      vote('a', 'swapped', 'veto'),
      vote('b', 'plain', 'veto'),
      vote('b', 'swapped', 'no-objection'),
    ];
    const { orders, models } = measure([heardRow(bad, 'veto', { votes })]).agreement;
    expect([orders.hits, orders.of, models.hits, models.of]).toEqual([1, 2, 1, 2]);
    const silent = [vote('a', 'plain', 'abstain'), vote('a', 'swapped', 'abstain')];
    expect(measure([heardRow(bad, 'abstain', { votes: silent })]).agreement.orders.value).toBeNull();
  });

  it('adds up what it cost, and knows no sum where one price is unknown', () => {
    const usage = { inputTokens: 10, outputTokens: 1, microdollars: null };
    const known = measure([heardRow(bad, 'veto'), heardRow(spoken, 'veto', {}, 'veto')]).cost;
    expect([known.inputTokens, known.microdollars, known.microdollarsPerChange?.value]).toEqual([
      3000, 6000, 2000,
    ]);
    const unknown = measure([heardRow(bad, 'veto'), heardRow(bad, 'veto', { usage })]).cost;
    expect([unknown.microdollars, unknown.microdollarsPerChange]).toEqual([null, null]);
  });

  it('never counts a stricter judge as missing more', () => {
    const verdict = fc.constantFrom(...verdictOrder);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), verdict), { maxLength: 12 }), fc.nat(), (said, pick) => {
        const heard = said.map(([isBad, one]): HeardRow => heardRow(isBad ? bad : fine, one));
        const stricter = heard.map((one, at) =>
          at === pick % Math.max(1, heard.length) ? heardRow(one.row, 'veto') : one,
        );
        expect(measure(stricter).missed.hits).toBeLessThanOrEqual(measure(heard).missed.hits);
        expect(measure(stricter).recall.hits).toBeGreaterThanOrEqual(measure(heard).recall.hits);
      }),
      { numRuns: 30 },
    );
  });
});

describe("Fleiss' kappa", () => {
  it('is 1 where all agree on different things, and unknown where nothing differs', () => {
    expect(
      fleissKappa([
        ['veto', 'veto'],
        ['abstain', 'abstain'],
      ]),
    ).toBe(1);
    expect(
      fleissKappa([
        ['veto', 'veto'],
        ['veto', 'veto'],
      ]),
    ).toBeNull();
    expect(fleissKappa([])).toBeNull();
  });

  it('is what chance gives where two are as often of one mind as of two', () => {
    const said: RowVerdict[][] = [
      ['veto', 'veto'],
      ['veto', 'abstain'],
      ['abstain', 'veto'],
      ['abstain', 'abstain'],
    ];
    expect(fleissKappa(said)).toBeCloseTo(0, 12);
    expect(
      fleissKappa([
        ['veto', 'abstain'],
        ['abstain', 'veto'],
      ]),
    ).toBeCloseTo(-1, 12);
  });
});

describe('the rows that are asked', () => {
  const rows = Array.from({ length: 40 }, (_, at) => sampleRow(`row-${at}`, 'object', `CWE-${at + 1}`));

  it('are those of a part, and with a limit the same each time', () => {
    const held = choose(rows, { split: 'held-out', limit: undefined });
    expect(held.every(({ origin }) => splitOf(origin) === 'held-out')).toBe(true);
    expect(held.length).toBeGreaterThan(0);
    const five = choose(rows, { split: undefined, limit: 5 });
    expect(five).toEqual(choose(rows.toReversed(), { split: undefined, limit: 5 }));
    expect(five.length).toBe(5);
    expect(choose(rows, { split: undefined, limit: 100 })).toEqual(rows);
  });

  it('are of a set with a digest that a changed row changes', () => {
    const [first, ...others] = rows;
    if (first === undefined) throw new Error('no rows');
    expect(evalsetDigest(rows.toReversed())).toBe(evalsetDigest(rows));
    expect(evalsetDigest([{ ...first, head: { 'a.js': 'x' } }, ...others])).not.toBe(evalsetDigest(rows));
  });

  it('are reported part by part and kind by kind', () => {
    const heard = rows.map((row) => heardRow(row, 'abstain', { reasons: ['unsure', 'unsure'] }));
    const report = reportOf(heard, { models: [], prompts: 'p', set: rows });
    expect(report.splits.map(({ split }) => split)).toEqual(['development', 'held-out']);
    const counts = report.splits.map(({ all, kinds }) => [all.rows, kinds.map(({ kind }) => kind)]);
    expect(counts.reduce((sum, [count]) => sum + Number(count), 0)).toBe(40);
    expect(counts.map(([, kinds]) => kinds)).toEqual([['mutant'], ['mutant']]);
    expect(report.doubts).toEqual([{ reason: 'unsure', count: 40 }]);
  });
});
