import type { JudgePanel } from '../../config/judge.ts';
import type { ChangeClass } from '../../domain/change.ts';
import { messageOf } from '../../domain/errors.ts';
import { judgeNote } from '../../domain/judgement.ts';
import type { Classification, JudgeReport, StageContext, StageOutcome } from '../../domain/stage.ts';
import { authorOf } from './independence.ts';
import { reportOf } from './report.ts';
import type { Material } from './run-asks.ts';
import { consult, judgesOf } from './run-consult.ts';
import type { JudgePorts } from './run-ports.ts';
import { showChange } from './run-shown.ts';
import { unasked } from './unasked.ts';

/** Asks the panel. A veto ends the change; an abstention is for the policy to weigh. */
export async function judge(ctx: StageContext, ports: JudgePorts): Promise<StageOutcome<JudgeReport>> {
  const { classify, guardrails } = ctx.results;
  if (classify === undefined || guardrails === undefined)
    throw new Error('the judge stage needs the results of classify and guardrails');
  const { config } = await ports.rules.load();
  const data = unasked(config.judge, classify.class, guardrails);
  if (data !== undefined || config.judge === 'none')
    return { kind: 'done', data: data ?? { verdict: 'not-configured', reasons: [] } };
  const report = await review(ctx, ports, classify, config.judge);
  if (report.verdict !== 'veto') return { kind: 'done', data: report };
  await ctx.note(judgeNote, report);
  return { kind: 'stop', conclusion: { outcome: 'refused', code: 'judge.veto', reasons: report.reasons } };
}

async function review(
  ctx: StageContext,
  ports: JudgePorts,
  classify: Classification,
  settings: JudgePanel,
): Promise<JudgeReport> {
  try {
    const showing = await showChange(ports, classify, settings.maxKiB * 1024);
    if (showing.kind === 'hidden') return { verdict: 'abstain', reasons: showing.reasons.slice(0, 20) };
    const { results = [] } = ctx.results.guardrails ?? {};
    const evidence = results.map(({ name, verdict, code }) => ({ name, verdict, code }));
    const { code, whole } = showing;
    return await hear(ctx, ports, settings, { changeClass: classify.class, evidence, code, whole });
  } catch (thrown) {
    return {
      verdict: 'abstain',
      reasons: [`The judge could not be asked: ${messageOf(thrown).slice(0, 500)}`],
    };
  }
}

async function hear(
  { id, proposal }: StageContext,
  ports: JudgePorts,
  settings: JudgePanel,
  material: Material & { readonly changeClass: ChangeClass },
): Promise<JudgeReport> {
  const judges = await judgesOf(ports.models, settings, id);
  if (typeof judges === 'string') return { verdict: 'abstain', reasons: [judges] };
  const author = authorOf(proposal, material.changeClass);
  const { judgement, answered } = await consult(ports, judges, material, author);
  const { members: panel, digest, panel: asked } = judges;
  const standing = await ports.standing(digest, material.changeClass);
  const { families } = settings;
  const about = { panel, families, author, prompts: asked.prompts.digest, judge: digest, standing };
  return reportOf(judgement, answered, about);
}
