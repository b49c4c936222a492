import type { Proposal } from '../../domain/change.ts';
import type { PolicyDecision } from '../../domain/decision.ts';
import type { Classification, GuardrailsReport } from '../../domain/stage.ts';

type Merge = {
  readonly change: string;
  readonly proposal: Proposal;
  readonly classification: Classification;
  readonly guardrails: GuardrailsReport;
  readonly decision: PolicyDecision;
  /** The checkpoint that covers the decision: an anchor against truncation of the log. */
  readonly log: { readonly size: number; readonly root: string };
};

/** What the history of the branch says about the merge: no title of an agent becomes a trailer. */
export function mergeMessage({ proposal, classification, guardrails, decision }: Merge): string {
  const passed = guardrails.results.map(({ name, verdict }) => `${name} ${verdict}`).join(', ');
  return [
    proposal.title.replaceAll(/\s+/g, ' ').trim().slice(0, 72),
    '',
    `Class ${classification.class}: ${classification.reasons.join('; ')}`,
    `Guardrails: ${passed}`,
    `Policy: ${decision.reasons.join('; ')}`,
  ].join('\n');
}

export function mergeTrailers({
  change,
  proposal,
  decision,
  log,
}: Merge): readonly (readonly [string, string])[] {
  return [
    ['Autoland-Change', change],
    ['Autoland-Source', proposal.source.replaceAll(/[\r\n]+/g, ' ')],
    ['Autoland-Policy', `sha256:${decision.policyDigest}`],
    ['Autoland-Log', `${log.size} ${log.root}`],
    ['Human-Reviewed', 'no'],
  ];
}
