import type { JudgePanel } from '../../config/judge.ts';
import type { ChangeClass, ChangeId } from '../../domain/change.ts';
import type { ChangeAuthor, PanelModel } from '../../domain/judgement.ts';
import type { Model } from '../../ports/model.ts';
import type { ModelSource } from '../../ports/models.ts';
import { lensesFor, planAsks } from './plan.ts';
import { type Judgement, judgementOf } from './quorum.ts';
import { type Answered, judgeDigest } from './report.ts';
import { type AskPorts, askAll, type Material, type Panel } from './run-asks.ts';
import { shippedPrompts } from './shipped.ts';
import { speechIn } from './speech-in.ts';

/** Everybody who is asked, as they are today. */
export type Judges = {
  readonly panel: Panel;
  readonly members: readonly PanelModel[];
  readonly settings: JudgePanel;
  /** Of panel, prompts and families together. */
  readonly digest: string;
};

/** A string: why the panel is not whole. */
export async function judgesOf(
  source: ModelSource,
  settings: JudgePanel,
  change?: ChangeId,
): Promise<Judges | string> {
  const models = new Map<string, Model>();
  for (const name of settings.panel) {
    const model = await source.named(name, change);
    // A source that answers another one in its place is not believed.
    if (model?.identity.name === name) models.set(name, model);
  }
  const missing = settings.panel.filter((name) => !models.has(name));
  if (missing.length > 0) return `No model can be asked by the name of ${missing.join(', ')}.`;
  const prompts = shippedPrompts();
  const members = [...models.values()].map(({ identity }): PanelModel => {
    const { name, family, model, scripted } = identity;
    return { name, family, model, scripted };
  });
  const { families, atOnce, maxTokens, maxOutputTokens, timeout } = settings;
  const limits = { atOnce, maxTokens, maxOutputTokens, timeoutMs: timeout * 1000 };
  const digest = judgeDigest(members, families, prompts.digest);
  return { panel: { models, prompts, limits }, members, settings, digest };
}

export type Consulted = { readonly judgement: Judgement; readonly answered: readonly Answered[] };

export async function consult(
  ports: AskPorts,
  { panel, members, settings }: Judges,
  material: Material & { readonly changeClass: ChangeClass },
  author: ChangeAuthor,
): Promise<Consulted> {
  const of = material.changeClass;
  const asks = planAsks(settings.panel, lensesFor(of, settings.lenses[of]));
  const answered = await askAll(ports, panel, asks, material);
  const outcomes = answered.map(({ outcome }) => outcome);
  const { families } = settings;
  const quorum = { asks, panel: members, families, author, doubts: speechIn(material.whole) };
  return { judgement: judgementOf(outcomes, quorum), answered };
}
