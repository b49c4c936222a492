import type { JudgeFinding } from './judgement.ts';

/** What several requests found at one place by one question. */
export type SharedFinding = JudgeFinding & {
  /** Who found it, each once; the words are those of the first. */
  readonly models: readonly string[];
};

export function sharedFindings(findings: readonly JudgeFinding[]): readonly SharedFinding[] {
  const same = Map.groupBy(findings, ({ file, side, line, question }) =>
    JSON.stringify([file, side, line, question]),
  );
  return [...same.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ ...first, models: [...new Set(group.map(({ model }) => model))] }];
  });
}
