import type { Config } from '../../config/schema.ts';
import { counted } from '../../domain/words.ts';
import { type JudgeView, percent, type Rate } from '../../views/judge-standing.ts';
import { nameOf } from './judge.ts';
import { paint, wrap } from './text.ts';

/** What the branch configures, then every judge that was measured. */
export function renderJudges(view: {
  readonly state: string;
  readonly configured: Config['judge'];
  readonly judges: readonly JudgeView[];
}): string[] {
  const { configured, judges, state } = view;
  const now =
    configured === 'none'
      ? 'No judge is configured (judge: none): policies must waive it.'
      : `Configured: ${configured.panel.join(', ')}; ${counted(configured.families, 'family', 'families')} must have no objection.`;
  const none =
    configured !== 'none' && judges.length === 0
      ? wrap('None was measured yet: "no objection" counts as abstention.', '  ')
      : [];
  return [...wrap(now, '  '), ...none, ...judges.flatMap(renderOne), `  state ${state}`];
}

export function renderMeasured(view: {
  readonly state: string;
  readonly asked: number;
  readonly wanted: number;
  readonly judges: readonly JudgeView[];
}): string[] {
  const { asked, wanted, judges, state } = view;
  const short =
    asked < wanted ? ' No more could be made of the changes that are known: more of them bring more.' : '';
  const line = `Asked about ${counted(asked, 'canary', 'canaries')}.${short}`;
  return [...wrap(line, '  '), ...judges.flatMap(renderOne), `  state ${state}`];
}

function renderOne(one: JudgeView): string[] {
  const { judge, class: of, panel, standing, outcomes, breaches, open, first, last } = one;
  const word = standing.earned ? paint('green', 'has standing') : paint('yellow', 'has no standing');
  const lost = breaches === 0 ? [] : [`missed too many at once ${counted(breaches, 'time')}`];
  const unanswered = open === 0 ? [] : [`${counted(open, 'canary', 'canaries')} without an outcome`];
  const lines = [
    standing.why,
    `seeded defects: ${outcomes.caught} found, in ${counted(one.hosts, 'change')}, ${outcomes.missed} missed (${boundsOf(one.misses)}), ${outcomes.elsewhere} vetoed for something else`,
    `known good: ${outcomes.cleared} cleared, ${outcomes['false-veto']} vetoed (${boundsOf(one.falseVetoes)})`,
    `${outcomes.abstained} abstained: they count as neither`,
    ...lost,
    ...unanswered,
    `measured from ${first} to ${last}; prompts ${one.prompts.slice(0, 19)}`,
  ];
  return [
    ...wrap(`${judge.slice(0, 12)} ${word} for ${of}: ${panel.map(nameOf).join(', ')}`, '  '),
    ...lines.flatMap((line) => wrap(`  ${line}`, '    ')),
  ];
}

function boundsOf({ of, lower, upper }: Rate): string {
  return of === 0 ? 'nothing is known' : `${percent(lower)} to ${percent(upper)}`;
}
