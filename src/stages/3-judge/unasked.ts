import type { Config } from '../../config/schema.ts';
import type { ChangeClass } from '../../domain/change.ts';
import type { GuardrailsReport, JudgeReport } from '../../domain/stage.ts';

/** What is reported where no model needs to be asked; undefined: one does. */
export function unasked(
  judge: Config['judge'],
  changeClass: ChangeClass,
  guardrails: GuardrailsReport,
): JudgeReport | undefined {
  if (judge === 'none') return { verdict: 'not-configured', reasons: ['No judge is configured.'] };
  // While models think, users stay on what is being taken back. The policy must waive it by name.
  if (changeClass === 'revert')
    return { verdict: 'not-configured', reasons: ['A revert waits for no judge.'] };
  if (guardrails.verdict === 'fail')
    return { verdict: 'abstain', reasons: ['A guardrail failed, so no model was asked.'] };
  if (changeClass === 'other')
    return { verdict: 'abstain', reasons: ['Class other is never autonomous, so no model was asked.'] };
  return undefined;
}
