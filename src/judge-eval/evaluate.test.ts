import { describe, expect, it } from 'vitest';
import { byText } from '../domain/npm/order.ts';
import { sampleAnswer, sampleRow } from '../testing/heard-rows.ts';
import { type ChangeToJudge, evaluate } from './evaluate.ts';

const rows = [
  sampleRow('a', 'object'),
  sampleRow('b', 'object', 'CWE-1', true),
  sampleRow('c', 'no-objection', 'CWE-2'),
];

describe('an evaluation', () => {
  it('shows a judge each change, and the same without its text to reviewers, and nothing that tells the label', async () => {
    const shown: ChangeToJudge[] = [];
    const heard = await evaluate(rows, async (change) => {
      shown.push(change);
      return sampleAnswer('no-objection');
    });
    expect(shown.map((change) => Object.keys(change).toSorted(byText))).toEqual(
      Array(4).fill(['base', 'changeClass', 'head']),
    );
    const spoken = shown.map(({ head }) => head['a.js']?.includes('reviewers') ?? false);
    expect(spoken).toEqual([false, true, false, false]);
    expect(heard.map(({ row, twin }) => [row.id, twin === undefined])).toEqual([
      ['mutant/a', true],
      ['injection/b', false],
      ['benign/c', true],
    ]);
  });

  it('takes a judge that fails for one that abstains, and goes on', async () => {
    let asked = 0;
    const counts: number[] = [];
    const heard = await evaluate(
      rows,
      async () => {
        asked += 1;
        if (asked === 1) throw new Error('503');
        return sampleAnswer('veto');
      },
      (_, count) => counts.push(count),
    );
    expect(heard.map(({ answer }) => answer.verdict)).toEqual(['abstain', 'veto', 'veto']);
    expect(heard[0]?.answer.reasons).toEqual(['The judge could not be asked: 503']);
    expect(counts).toEqual([1, 2, 3]);
  });
});
