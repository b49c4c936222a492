import type { JudgePanel } from '../../config/judge.ts';
import { messageOf } from '../../domain/errors.ts';
import { judgeNote, type PanelModel, type Standing } from '../../domain/judgement.ts';
import type { Classification, JudgeReport, StageContext, StageOutcome } from '../../domain/stage.ts';
import type { Model } from '../../ports/model.ts';
import type { ModelSource } from '../../ports/models.ts';
import type { RulesSource } from '../../ports/rules.ts';
import { authorOf } from './independence.ts';
import { lensesFor, planAsks } from './plan.ts';
import { judgementOf } from './quorum.ts';
import { judgeDigest, reportOf } from './report.ts';
import { type AskPorts, askAll, type Material } from './run-asks.ts';
import { type ShownPorts, showChange } from './run-shown.ts';
import { shippedPrompts } from './shipped.ts';
import { unasked } from './unasked.ts';

export type JudgePorts = AskPorts &
  ShownPorts & {
    readonly rules: RulesSource;
    readonly models: ModelSource;
    /** By the digest of panel, prompts and families. */
    readonly standing: (judge: string) => Promise<Standing>;
  };

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
  { proposal, results }: StageContext,
  ports: JudgePorts,
  settings: JudgePanel,
  material: Material,
): Promise<JudgeReport> {
  const { models, missing } = await panelOf(ports.models, settings.panel);
  if (missing.length > 0)
    return { verdict: 'abstain', reasons: [`No model can be asked by the name of ${missing.join(', ')}.`] };
  const prompts = shippedPrompts();
  const changeClass = results.classify?.class ?? 'other';
  const asks = planAsks(settings.panel, lensesFor(changeClass, settings.lenses[changeClass]));
  const panel = [...models.values()].map(({ identity }): PanelModel => {
    const { name, family, model, scripted } = identity;
    return { name, family, model, scripted };
  });
  const { families, atOnce, maxTokens, timeout } = settings;
  const limits = { atOnce, maxTokens, timeoutMs: timeout * 1000 };
  const answered = await askAll(ports, { models, prompts, limits }, asks, material);
  const author = authorOf(proposal, changeClass);
  const outcomes = answered.map(({ outcome }) => outcome);
  const digest = judgeDigest(panel, families, prompts.digest);
  const standing = await ports.standing(digest);
  const about = { panel, families, author, prompts: prompts.digest, judge: digest, standing };
  return reportOf(judgementOf(outcomes, { asks, panel, families, author }), answered, about);
}

async function panelOf(source: ModelSource, names: readonly string[]) {
  const models = new Map<string, Model>();
  for (const name of names) {
    const model = await source.named(name);
    // A source that answers another one in its place is not believed.
    if (model?.identity.name === name) models.set(name, model);
  }
  return { models, missing: names.filter((name) => !models.has(name)) };
}
