import { messageOf } from '../domain/errors.ts';
import type { HeardRow, RowAnswer } from './answer.ts';
import type { RowHeader } from './header.ts';
import type { Row } from './row.ts';
import type { Tree } from './trees.ts';

/** What a judge learns of a row: no name, label, origin or kind of it. */
export type ChangeToJudge = {
  readonly changeClass: RowHeader['class'];
  readonly base: Tree;
  readonly head: Tree;
};

/** Asks a judge as it is asked of live changes. */
export type AskJudge = (change: ChangeToJudge) => Promise<RowAnswer>;

/** One row after the other; `told` is called after each. A judge that fails has abstained: that is what it does to a live change. */
export async function evaluate(
  rows: readonly Row[],
  ask: AskJudge,
  told: (heard: HeardRow, count: number) => void = () => {},
): Promise<readonly HeardRow[]> {
  const heard: HeardRow[] = [];
  for (const row of rows) {
    const { base, head, twin, class: changeClass } = row;
    const answer = await answerTo(ask, { changeClass, base, head });
    const one = {
      row,
      answer,
      twin: twin === undefined ? undefined : await answerTo(ask, { changeClass, base, head: twin }),
    };
    heard.push(one);
    told(one, heard.length);
  }
  return heard;
}

async function answerTo(ask: AskJudge, change: ChangeToJudge): Promise<RowAnswer> {
  try {
    return await ask(change);
  } catch (thrown) {
    const usage = { inputTokens: 0, outputTokens: 0, microdollars: null };
    const reasons = [`The judge could not be asked: ${messageOf(thrown).slice(0, 300)}`];
    return { verdict: 'abstain', reasons, findings: [], votes: [], flagged: undefined, usage };
  }
}
