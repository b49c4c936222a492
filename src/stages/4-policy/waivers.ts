import type { Classification, GuardrailsReport } from '../../domain/stage.ts';
import type { Policies } from './cedar.ts';
import { type Evidence, gapsOf } from './evidence.ts';
import { waiverFor } from './request.ts';

/** What is checked without a control plane: nobody proposes it, and no judge has read it. */
type Checked = {
  readonly classification: Classification;
  readonly guardrails: GuardrailsReport;
  readonly target: string;
};

/** The names of the guardrails whose gap (not configured, not offered) the policies waive for this change. An error waives nothing. */
export function waivedGuardrails(
  checked: Checked,
  policies: Pick<Policies, 'evaluate'>,
): ReadonlySet<string> {
  const evidence: Evidence = {
    ...checked,
    judge: { verdict: 'not-configured', reasons: [] },
    // No journal is here to say how a flag's rollout ended.
    removal: undefined,
    source: 'check',
    level: 'observe',
    demotion: undefined,
    irreversible: [],
    stopped: undefined,
    frozen: undefined,
    signed: false,
    unsignedAllowed: false,
  };
  const ofGuardrails = gapsOf(evidence).filter(({ check }) => check !== 'judge');
  const waived = ofGuardrails.filter((gap) => {
    const answer = policies.evaluate(waiverFor(gap, evidence));
    return answer.kind === 'answer' && answer.allowed;
  });
  return new Set(waived.map(({ check }) => check));
}
