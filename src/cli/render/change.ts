import type { ChangeView, GuardrailView } from '../../views/change-view.ts';
import { paint, paintOutcome, seconds, wrap } from './text.ts';

/** One change, so that a person sees in a minute what happened to it and why. */
export function renderChange(view: ChangeView): string[] {
  return [
    `${paint('bold', view.title)}  ${paintOutcome(view.state)}${view.code === null ? '' : `  ${view.code}`}`,
    `${view.id}, class ${view.class ?? 'not known yet'}, proposed by ${view.source} at ${view.proposedAt}`,
    ...view.reasons.flatMap((reason) => wrap(`  ${reason}`, '  ')),
    '',
    ...view.stages.flatMap(({ stage, seconds: took, summary }) => {
      const time = took === null ? '…' : seconds(took);
      return wrap(`  ${stage.padEnd(11)} ${time.padStart(7)}  ${summary ?? 'under way'}`, ' '.repeat(22));
    }),
    ...(view.guardrails.length === 0 ? [] : ['', 'Guardrails', ...view.guardrails.flatMap(renderGuardrail)]),
    ...renderExposure(view),
    ...(view.merge === null ? [] : ['', `Merge ${view.merge}`]),
    ...(view.digest === null ? [] : [`Release ${view.digest}`]),
  ];
}

function renderGuardrail(guardrail: GuardrailView): string[] {
  const verdict = paintOutcome(guardrail.verdict, 8);
  const head = `  ${verdict} ${guardrail.name.padEnd(16)} `;
  const lines = wrap(`${guardrail.reason} (${guardrail.code})`, ' '.repeat(28));
  const details = guardrail.verdict === 'pass' ? [] : renderEvidence(guardrail);
  return [`${head}${lines[0] ?? ''}`, ...lines.slice(1), ...details];
}

function renderEvidence({ evidence }: GuardrailView): string[] {
  return Object.entries(evidence).flatMap(([name, value]) =>
    wrap(`           ${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`, ' '.repeat(13)),
  );
}

function renderExposure(view: ChangeView): string[] {
  if (view.exposed === 0) return [];
  const harmed = Math.max(0, view.errored - view.background);
  return [
    '',
    ...wrap(
      `Exposure: ${view.exposed} users met it, ${view.errored} of them an error; baseline lets expect ${view.background}, so it harmed about ${harmed}.`,
      '  ',
    ),
  ];
}
