import type { Lowered } from '../domain/autonomy.ts';
import { exposureNote, forecastNote, lookNote, readExposure, trialNote } from '../domain/exposure.ts';
import { type FailingRoutes, readFailingRoutes, reportsNote } from '../domain/failing-routes.ts';
import type { Incident } from '../domain/incident.ts';
import type { Entry } from '../domain/journal.ts';
import type { JsonObject } from '../domain/json.ts';
import { judgeNote } from '../domain/judgement.ts';
import type { Exposure, JudgeReport } from '../domain/stage.ts';
import type { ChangeState } from '../engine/state.ts';
import type { Said } from './exchanges.ts';
import type { FlagAct } from './flag-history.ts';
import { legOf } from './legs.ts';
import { type StageView, viewStages } from './stage-views.ts';
import type { rankSuspects } from './suspects.ts';
import type { MendingTask, TaskView } from './task-view.ts';

/** One change as `explain`, `watch` and the API show it. */
export type ChangeView = {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly proposedAt: string;
  readonly class: string | null;
  /** The stage that runs next, or how it ended. */
  readonly state: string;
  readonly code: string | null;
  readonly reasons: readonly string[];
  readonly stages: readonly StageView[];
  readonly guardrails: readonly GuardrailView[];
  /** What models said of it; null: none was asked, or not yet. */
  readonly judge: JudgeReport | null;
  readonly packages: readonly {
    readonly name: string;
    readonly from: string | null;
    readonly to: string | null;
  }[];
  readonly exposed: number;
  readonly errored: number;
  readonly background: number;
  /** What was expected when its rollout began; null: it has not, or nobody counted users then. */
  readonly forecast: ForecastView | null;
  /** Who may have begun the harm that ended it, by time alone; null: it did not end so, or is known to be its own. */
  readonly suspects: SuspectsView | null;
  /** Comparisons with the version before, once everybody had it and more users failed; [] where there were none, or nobody asked. */
  readonly trials: readonly TrialView[];
  /** Where requests failed, by the versions' own account, when its rollout was held or rolled back; null: it was not. */
  readonly failing: FailingRoutes | null;
  readonly merge: string | null;
  readonly digest: string | null;
  /** Once it has ended: production runs it. null: it was not merged, or nothing is deployed here. */
  readonly inProduction: boolean | null;
  /** What was done to its flags; [] where it never had one, or where nobody asked. */
  readonly flags: readonly FlagAct[];
  /** What its failure has cost its class; null: nothing. */
  readonly demotion: Lowered | null;
  /** null: it was not rolled back, or nobody could have met it. */
  readonly incident: Incident | null;
  /** The task that it was made in; null: in none. */
  readonly task: TaskView | null;
  /** The task that was begun to mend what it was turned away for; null: none was. */
  readonly mending: MendingTask | null;
  /** What models and tools said for it; null: nothing was recorded. */
  readonly said: Said | null;
};

export type SuspectsView = ReturnType<typeof rankSuspects>;

/** A moment of one trial, in a sentence. */
export type TrialView = { readonly at: string; readonly kind: 'opened' | 'cleared'; readonly reason: string };

/** `seconds`: until everybody has it; null: it was to be held for want of users. `harmed`: users, by the worst of all faults. */
/** `requests`: they are counted, not users, so that nothing is promoted. */
export type ForecastView = {
  readonly seconds: number | null;
  readonly harmed: number;
  readonly requests: boolean;
};

export type GuardrailView = {
  readonly name: string;
  readonly verdict: string;
  readonly code: string;
  readonly reason: string;
  readonly evidence: JsonObject;
  readonly ms: number;
};

/** What one change's own entries do not say. */
export type ChangeSurroundings = Pick<
  ChangeView,
  | 'judge'
  | 'inProduction'
  | 'forecast'
  | 'suspects'
  | 'trials'
  | 'flags'
  | 'failing'
  | 'demotion'
  | 'incident'
  | 'said'
  | 'task'
  | 'mending'
>;

export function viewChange(
  state: ChangeState,
  exposure: Exposure | undefined,
  known: Partial<ChangeSurroundings> = {},
): ChangeView {
  const { results, conclusion, proposal } = state;
  const release = results.release;
  return {
    id: state.id,
    title: proposal.title,
    source: proposal.source,
    proposedAt: state.proposedAt,
    class: results.classify?.class ?? null,
    state: state.stage === null ? (conclusion?.outcome ?? 'held') : state.stage,
    code: conclusion?.code ?? null,
    reasons: conclusion?.reasons ?? [],
    stages: viewStages(state),
    guardrails: results.guardrails?.results ?? [],
    judge: known.judge ?? (results.judge?.record === undefined ? null : results.judge),
    packages: (results.classify?.packages ?? []).filter(({ direct }) => direct),
    exposed: exposure?.usersExposed ?? 0,
    errored: exposure?.usersErrored ?? 0,
    background: exposure?.backgroundErrors ?? 0,
    failing: known.failing ?? null,
    merge: results.merge?.commit ?? null,
    digest: release?.deploys === true ? release.digest : null,
    forecast: known.forecast ?? null,
    suspects: known.suspects ?? null,
    trials: known.trials ?? [],
    inProduction: known.inProduction ?? null,
    flags: known.flags ?? [],
    demotion: known.demotion ?? null,
    incident: known.incident ?? null,
    said: known.said ?? null,
    task: known.task ?? null,
    mending: known.mending ?? null,
  };
}

/** Who was exposed, at all services together, as the journal last says it. undefined: nobody ever was. */
export function lastExposure(entries: readonly Entry[]): Exposure | undefined {
  const notes = entries.filter(
    ({ type, data }) => type === 'stage.noted' && (data.note === lookNote || data.note === exposureNote),
  );
  const last = [...new Map(notes.map((note) => [legOf(note), note])).values()];
  if (last.length === 0) return undefined;
  return last.map(({ data }) => readExposure(data.data as JsonObject)).reduce(sumOf);
}

function sumOf(one: Exposure, other: Exposure): Exposure {
  return {
    usersExposed: one.usersExposed + other.usersExposed,
    usersErrored: one.usersErrored + other.usersErrored,
    backgroundErrors: one.backgroundErrors + other.backgroundErrors,
  };
}

/** Of the rollout's last start. */
export function lastForecast(entries: readonly Entry[]): ForecastView | null {
  const note = entries.findLast(({ type, data }) => type === 'stage.noted' && data.note === forecastNote);
  const { seconds, worst, traffic } = (note?.data.data ?? {}) as JsonObject;
  const { harmed } = (worst ?? {}) as JsonObject;
  const { requests } = (traffic ?? {}) as JsonObject;
  if (typeof harmed !== 'number') return null;
  return { seconds: typeof seconds === 'number' ? seconds : null, harmed, requests: requests === true };
}

export function trialsIn(entries: readonly Entry[]): readonly TrialView[] {
  return entries
    .filter(({ type, data }) => type === 'stage.noted' && data.note === trialNote)
    .map(({ data }) => {
      const { at, kind, reason } = data.data as JsonObject;
      return { at: String(at), kind: kind === 'cleared' ? 'cleared' : 'opened', reason: String(reason) };
    });
}

/** The report of a judge that stopped it; undefined: none did. */
export function vetoIn(entries: readonly Entry[]): JudgeReport | undefined {
  const note = entries.findLast(({ type, data }) => type === 'stage.noted' && data.note === judgeNote);
  return note?.data.data as JudgeReport | undefined;
}

/** undefined: no rollout of it was held or rolled back. */
export function lastFailing(entries: readonly Entry[]): FailingRoutes | undefined {
  const note = entries.findLast(({ type, data }) => type === 'stage.noted' && data.note === reportsNote);
  return note && readFailingRoutes(note.data.data as JsonObject);
}
