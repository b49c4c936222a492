import type { HeardRow } from './answer.ts';
import { evalsetDigest } from './choose.ts';
import { type RowKind, rowKinds } from './header.ts';
import { type Measures, measure } from './measure.ts';
import type { Row, Split } from './row.ts';

export type EvalModel = {
  readonly name: string;
  readonly family: string;
  readonly model: string;
  readonly scripted: boolean;
};

export type EvalReport = {
  readonly models: readonly EvalModel[];
  /** Digest of the prompts. */
  readonly prompts: string;
  readonly set: { readonly digest: string; readonly rows: number };
  /** Figures of one part are never mixed with those of the other. */
  readonly splits: readonly SplitReport[];
  /** The reasons of abstentions that came up most. */
  readonly doubts: readonly { readonly reason: string; readonly count: number }[];
};

export type SplitReport = {
  readonly split: Split;
  readonly all: Measures;
  readonly kinds: readonly { readonly kind: RowKind; readonly measures: Measures }[];
};

const splits: readonly Split[] = ['development', 'held-out'];

/** `set`: all rows that ship, whichever were asked. */
export function reportOf(
  heard: readonly HeardRow[],
  about: Pick<EvalReport, 'models' | 'prompts'> & { readonly set: readonly Row[] },
): EvalReport {
  const { models, prompts, set } = about;
  return {
    models,
    prompts,
    set: { digest: evalsetDigest(set), rows: set.length },
    splits: splits.flatMap((split) => {
      const part = heard.filter(({ row }) => row.split === split);
      return part.length === 0 ? [] : [{ split, all: measure(part), kinds: kindsOf(part) }];
    }),
    doubts: doubtsOf(heard),
  };
}

function kindsOf(heard: readonly HeardRow[]): SplitReport['kinds'] {
  return rowKinds.flatMap((kind) => {
    const some = heard.filter(({ row }) => row.kind === kind);
    return some.length === 0 ? [] : [{ kind, measures: measure(some) }];
  });
}

const mostDoubts = 5;

function doubtsOf(heard: readonly HeardRow[]): EvalReport['doubts'] {
  const counts = new Map<string, number>();
  for (const { answer } of heard)
    if (answer.verdict === 'abstain')
      for (const reason of new Set(answer.reasons)) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => ({ reason, count }))
    .toSorted((a, b) => b.count - a.count)
    .slice(0, mostDoubts);
}
