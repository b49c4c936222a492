import type { JudgeAnswer } from '../../domain/judgement.ts';
import type { JudgeReport } from '../../domain/stage.ts';

/**
 * What a judge's answer is worth. It can only take away: a veto and an abstention stand, no objection stands
 * only if the judge has seen the diff. Anything else that comes from an adapter is an abstention.
 */
export function judgeReport(answer: JudgeAnswer, diffShown: boolean): JudgeReport {
  switch (answer.verdict) {
    case 'not-configured':
      return { verdict: 'not-configured', reasons: ['No judge is configured.'] };
    case 'veto':
    case 'abstain':
      return { verdict: answer.verdict, reasons: reasonsOf(answer.reasons) };
    case 'no-objection':
      return diffShown
        ? { verdict: 'no-objection', reasons: reasonsOf(answer.reasons) }
        : abstained('The judge answered without having been shown the diff.');
    default:
      return abstained('The judge answered with something that is no verdict.');
  }
}

export function abstained(reason: string): JudgeReport {
  return { verdict: 'abstain', reasons: [reason] };
}

function reasonsOf(reasons: readonly string[]): readonly string[] {
  return reasons.slice(0, 20).map((reason) => String(reason).slice(0, 500));
}
