import type { JudgePanel } from '../../config/judge.ts';
import {
  type CanaryKind,
  type CanaryOutcome,
  canaryDrawn,
  canaryJudged,
  type Defect,
  type DrawnCanary,
  type JudgedCanary,
} from '../../domain/canary.ts';
import type { ChangeId } from '../../domain/change.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Classification, GuardrailsReport } from '../../domain/stage.ts';
import type { Journal } from '../../ports/journal.ts';
import type { ModelSource } from '../../ports/models.ts';
import type { Draw } from './canary/defects.ts';
import { outcomeOf } from './canary/outcome.ts';
import { seed } from './canary/seed.ts';
import { totalOf } from './report.ts';
import type { AskPorts } from './run-asks.ts';
import { type Consulted, consult, type Judges, judgesOf } from './run-consult.ts';
import { type ShownPorts, showChange } from './run-shown.ts';
import type { ShownChange } from './shown.ts';

export type CanaryPorts = ShownPorts &
  Pick<AskPorts, 'nonce' | 'ending'> & {
    readonly models: ModelSource;
    readonly journal: Pick<Journal, 'append'>;
    readonly draw: Draw;
  };

/** A change that a judge was asked about, of which a canary is made. */
export type CanaryHost = {
  readonly id: ChangeId;
  readonly classification: Classification;
  readonly guardrails: GuardrailsReport;
  /** Names of the defects that this judge has found in it before. */
  readonly found: ReadonlySet<string>;
};

/** Nobody's answer is kept: what was answered once says nothing of what would be answered now. */
const forgetful = { get: async () => undefined, put: async () => {} };

/**
 * Asks the panel about a change whose worth is known, exactly as about any other, and journals what came of it. That it was drawn is
 * journalled first: who does not like an outcome cannot leave it out. undefined: nothing can be made of the host, or nobody asked.
 */
export async function runCanary(
  ports: CanaryPorts,
  settings: JudgePanel,
  host: CanaryHost,
  kind: CanaryKind,
): Promise<CanaryOutcome | undefined> {
  const judges = await judgesOf(ports.models, settings);
  if (typeof judges === 'string') return undefined;
  const showing = await showChange(ports, host.classification, settings.maxKiB * 1024);
  if (showing.kind === 'hidden') return undefined;
  const made =
    kind === 'seeded' ? seed(showing, ports.draw, host.found) : { shown: showing, defect: undefined };
  if (made === undefined) return undefined;
  const drawn = drawnOf({ id: ports.nonce(), kind, host }, judges, made.defect);
  await record(ports, canaryDrawn, drawn);
  const { judgement, answered } = await ask(ports, judges, host, made.shown);
  const outcome = outcomeOf(judgement, made.defect);
  const usage = totalOf(answered.map((one) => one.usage));
  const judged: JudgedCanary = { id: drawn.id, judge: drawn.judge, outcome, usage };
  await record(ports, canaryJudged, judged);
  return outcome;
}

function ask(
  ports: CanaryPorts,
  judges: Judges,
  { classification, guardrails }: CanaryHost,
  { code, whole }: ShownChange,
): Promise<Consulted> {
  const evidence = guardrails.results.map(({ name, verdict, code: found }) => ({
    name,
    verdict,
    code: found,
  }));
  const material = { changeClass: classification.class, evidence, code, whole };
  return consult({ ...ports, answers: forgetful }, judges, material, { kind: 'nobody' });
}

function drawnOf(
  { id, kind, host }: { readonly id: string; readonly kind: CanaryKind; readonly host: CanaryHost },
  { digest, members, settings, panel }: Judges,
  defect: Defect | undefined,
): DrawnCanary {
  return {
    id,
    judge: digest,
    panel: members,
    families: settings.families,
    prompts: panel.prompts.digest,
    kind,
    class: host.classification.class,
    host: host.id,
    defect: defect ?? null,
  };
}

async function record({ journal }: CanaryPorts, type: string, data: JsonObject): Promise<void> {
  await journal.append({ events: [{ type, actor: 'judge', data }] });
}
