import { messageOf } from '../../domain/errors.ts';
import type { JudgeAnswer, JudgeInput } from '../../domain/judgement.ts';
import type { Classification, JudgeReport, StageContext, StageOutcome } from '../../domain/stage.ts';
import type { Judge } from '../../ports/judge.ts';
import { abstained, judgeReport } from './decide.ts';

export type JudgePorts = {
  readonly judge: Judge;
  /** The unified diff without comments. Absent: no judge that reads diffs can be used yet, and its "no objection" counts as an abstention. */
  readonly strippedDiff?: (classification: Classification) => Promise<string>;
  /** After this the judge has abstained. */
  readonly timeoutMs: number;
};

/** Asks the judge. A veto ends the change; an abstention is for the policy to weigh. */
export async function judge(ctx: StageContext, ports: JudgePorts): Promise<StageOutcome<JudgeReport>> {
  const { classify, guardrails } = ctx.results;
  if (classify === undefined || guardrails === undefined)
    throw new Error('the judge stage needs the results of classify and guardrails');
  const evidence = guardrails.results.map(({ name, verdict, code }) => ({ name, verdict, code }));
  const report = await review(ports, classify, evidence);
  if (report.verdict !== 'veto') return { kind: 'done', data: report };
  return { kind: 'stop', conclusion: { outcome: 'refused', code: 'judge.veto', reasons: report.reasons } };
}

async function review(
  ports: JudgePorts,
  classification: Classification,
  evidence: JudgeInput['evidence'],
): Promise<JudgeReport> {
  try {
    const diff = await ports.strippedDiff?.(classification);
    const input = { diff: diff ?? '', changeClass: classification.class, evidence };
    return judgeReport(
      await inTime(ports.judge.review(input), ports.timeoutMs),
      diff !== undefined && diff !== '',
    );
  } catch (error) {
    return abstained(`The judge did not answer: ${messageOf(error).slice(0, 500)}`);
  }
}

async function inTime(answer: Promise<JudgeAnswer>, ms: number): Promise<JudgeAnswer> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`nothing came within ${ms} ms`)), ms);
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
