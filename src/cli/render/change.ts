import type { FailingRoute, RouteOfArm } from '../../domain/failing-routes.ts';
import { counted } from '../../domain/words.ts';
import type { ChangeView, GuardrailView } from '../../views/change-view.ts';
import type { StageView } from '../../views/stage-views.ts';
import { renderIncident } from './incident.ts';
import { renderJudge } from './judge.ts';
import { saidInShort } from './said.ts';
import { renderSuspects } from './suspects.ts';
import { renderMending, renderTaskOf } from './task.ts';
import { isNarrow, paint, paintOutcome, seconds, wrap } from './text.ts';

/** One change, so that a person sees in a minute what happened to it and why. */
export function renderChange(view: ChangeView): string[] {
  return [
    ...wrap(
      `${paint('bold', view.title)}  ${paintOutcome(view.state)}${view.code === null ? '' : `  ${view.code}`}`,
      '  ',
    ),
    ...wrap(
      `${view.id}, class ${view.class ?? 'not known yet'}, proposed by ${view.source} at ${view.proposedAt}`,
      '  ',
    ),
    ...view.reasons.flatMap((reason) => wrap(`  ${reason}`, '  ')),
    ...renderTaskOf(view),
    ...renderMending(view),
    ...renderOutOfProduction(view),
    ...renderDemotion(view),
    '',
    ...view.stages.flatMap(renderStage),
    ...(view.guardrails.length === 0 ? [] : ['', 'Guardrails', ...view.guardrails.flatMap(renderGuardrail)]),
    ...renderJudge(view.judge),
    ...renderForecast(view),
    ...renderExposure(view),
    ...renderFailing(view),
    ...renderTrials(view),
    ...renderFlags(view),
    ...renderOnset(view),
    ...renderSaid(view),
    ...(view.incident === null ? [] : ['', ...renderIncident(view.incident)]),
    ...(view.merge === null ? [] : ['', `Merge ${view.merge}`]),
    ...(view.digest === null ? [] : wrap(`Release ${view.digest}`, '  ')),
  ];
}

/** What stays in the way of all that follow, until a person decides. */
function renderOutOfProduction({ id, merge, inProduction }: ChangeView): string[] {
  if (inProduction !== false || merge === null) return [];
  return wrap(
    `  merged as ${merge.slice(0, 10)}, not in production: autoland adopt deploys the branch, autoland rollback ${id} takes it off again`,
    '  ',
  );
}

function renderDemotion({ demotion }: ChangeView): string[] {
  if (demotion === null) return [];
  const { class: of, from, to } = demotion;
  return wrap(`  for it the autonomy of ${of} was lowered from ${from} to ${to}: autoland autonomy`, '  ');
}

function renderStage({ stage, service, seconds: took, summary, waiting }: StageView): string[] {
  const time = took === null ? '…' : seconds(took);
  const head = `  ${stage.padEnd(11)} ${time.padStart(7)}  `;
  const text = summary ?? (waiting === null ? 'under way' : `under way: ${waiting}`);
  return beside(head, service === null ? text : `${service}: ${text}`, 22);
}

function renderGuardrail(guardrail: GuardrailView): string[] {
  const head = `  ${paintOutcome(guardrail.verdict, 8)} ${guardrail.name.padEnd(16)} `;
  const details = guardrail.verdict === 'pass' ? [] : renderEvidence(guardrail);
  return [...beside(head, `${guardrail.reason} (${guardrail.code})`, 28), ...details];
}

/** What does not fit stands under where it began, or below its head where there are no columns for that. */
function beside(head: string, text: string, columns: number): string[] {
  if (isNarrow()) return [head.trimEnd(), ...wrap(`    ${text}`, '    ')];
  return wrap(`${head}${text}`, ' '.repeat(columns));
}

function renderEvidence({ evidence }: GuardrailView): string[] {
  const indent = ' '.repeat(isNarrow() ? 4 : 11);
  return Object.entries(evidence).flatMap(([name, value]) =>
    wrap(`${indent}${name}: ${typeof value === 'string' ? value : spaced(value)}`, `${indent}  `),
  );
}

/** JSON with room to break lines. */
function spaced(value: GuardrailView['evidence'][string]): string {
  return JSON.stringify(value, undefined, 1).replaceAll(/\n */g, ' ');
}

function renderOnset({ id, suspects }: ChangeView): string[] {
  if (suspects === null) return [];
  const next = '  What a command can show, autoland incident open --check "COMMAND" measures.';
  return [...renderSuspects(suspects, id), ...wrap(next, '  ')];
}

function renderForecast({ forecast }: ChangeView): string[] {
  if (forecast === null) return [];
  const why = forecast.requests ? 'as requests are counted there, and not users' : 'for want of users';
  const takes =
    forecast.seconds === null
      ? `a canary that is as good as baseline was to be held ${why}`
      : `a canary that is as good as baseline was to take ${seconds(forecast.seconds)} or more`;
  const harms = `the worst one was to harm about ${Math.ceil(forecast.harmed)} users`;
  return ['', ...wrap(`Foreseen when its rollout began: ${takes}, ${harms}.`, '  ')];
}

function renderExposure(view: ChangeView): string[] {
  if (view.exposed === 0) return [];
  const harmed = Math.max(0, view.errored - view.background);
  return [
    '',
    ...wrap(
      `Exposure: ${counted(view.exposed, 'user')} met it, ${view.errored} of them an error; baseline lets expect ${view.background}, so it harmed about ${harmed}.`,
      '  ',
    ),
  ];
}

function renderTrials({ trials }: ChangeView): string[] {
  const lines = trials.flatMap(({ at, reason }) => wrap(`  ${at}  ${reason}`, '    '));
  return lines.length === 0 ? [] : ['', 'Trials once everybody had it', ...lines];
}

function renderFlags({ flags }: ChangeView): string[] {
  const lines = flags.flatMap(({ at, flag, by, what }) => wrap(`  ${at}  ${flag} ${what} (${by})`, '    '));
  return lines.length === 0 ? [] : ['', 'Flags', ...lines];
}

function renderSaid({ id, said }: ChangeView): string[] {
  return said === null
    ? []
    : ['', ...wrap(`Recorded: ${saidInShort(said)}: autoland show ${id} --thinking`, '  ')];
}

/** What the versions say of themselves: where to look, never why it was decided. */
function renderFailing({ failing }: ChangeView): string[] {
  if (failing === null) return [];
  const { routes, variants, slowEverySeconds, missing } = failing;
  const slow =
    slowEverySeconds === null
      ? []
      : wrap(
          `The service reports every ${Math.round(slowEverySeconds)} s: let it export every second, so that this is not late.`,
          '  ',
        );
  if (missing !== null) return ['', ...wrap(`Where it failed is not known: ${missing}.`, '  '), ...slow];
  if (routes.length === 0) return slow.length === 0 ? [] : ['', ...slow];
  const head =
    "Where requests failed in the last ten minutes, by the versions' own account, which decided nothing:";
  return ['', ...wrap(head, '  '), ...[...routes, ...variants].flatMap(renderRoute), ...slow];
}

function renderRoute({ route, canary, baseline }: FailingRoute): string[] {
  const traceId = canary?.traceId ?? baseline?.traceId ?? null;
  const trace = traceId === null ? '' : `; trace ${traceId}`;
  return wrap(`  ${route}: canary ${failedOf(canary)}, baseline ${failedOf(baseline)}${trace}`, '    ');
}

function failedOf(arm: RouteOfArm | null): string {
  if (arm === null) return 'none seen';
  const statuses = Object.entries(arm.statuses).map(([status, count]) => `${status}: ${count}`);
  const how = statuses.length === 0 ? '' : ` (${statuses.join(', ')})`;
  return `${arm.failed} of ${arm.requests}${how}`;
}
