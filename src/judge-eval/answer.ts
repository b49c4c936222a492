import type { Row } from './row.ts';
import type { Place } from './trees.ts';

export type RowVerdict = 'no-objection' | 'abstain' | 'veto';

/** From lenient to strict. */
export const verdictOrder: readonly RowVerdict[] = ['no-objection', 'abstain', 'veto'];

/** What one request answered. */
export type RowVote = {
  readonly model: string;
  readonly lens: string;
  readonly order: 'plain' | 'swapped';
  readonly verdict: RowVerdict;
};

/** What a judge said of one side of a row. */
export type RowAnswer = {
  readonly verdict: RowVerdict;
  /** Of an abstention; [] otherwise. */
  readonly reasons: readonly string[];
  /** Those that count: their quotes were found where they say. */
  readonly findings: readonly Place[];
  /** Of the lenses; the look for text that speaks to a reviewer is not among them. */
  readonly votes: readonly RowVote[];
  /** That text speaks to a reviewer. undefined: the look for it came to nothing. */
  readonly flagged: boolean | undefined;
  readonly usage: RowUsage;
};

/** `microdollars` null: no price is configured. */
export type RowUsage = {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly microdollars: number | null;
};

/** `twin`: of the same change without the text that speaks to a reviewer; undefined where the row has none. */
export type HeardRow = {
  readonly row: Row;
  readonly answer: RowAnswer;
  readonly twin: RowAnswer | undefined;
};

/** Lines from a marked one within which a finding still names the place: a guard that is gone has no line of its own in the head. */
const near = 3;

export function namesThePlace({ row, answer }: HeardRow): boolean {
  return answer.findings.some(({ path, line }) =>
    row.defects.some((defect) => defect.path === path && Math.abs(defect.line - line) <= near),
  );
}
