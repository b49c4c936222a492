import { type StageData, type StageName, stageNames } from '../domain/stage.ts';
import type { ChangeState, Spans } from '../engine/state.ts';
import { waitingFor } from './waiting.ts';

export type StageView = {
  readonly stage: StageName;
  /** Whose release or rollout it is, where several services get the change; null: there is nothing to tell apart. */
  readonly service: string | null;
  readonly seconds: number | null;
  /** One line: what came out; null: nothing yet. */
  readonly summary: string | null;
  /** While it is under way: what it waits for; null: it works, or is done. */
  readonly waiting: string | null;
};

export function viewStages(state: ChangeState): readonly StageView[] {
  const current = stageNames.flatMap((stage) => viewStage(state, stage));
  const behind = state.legs.flatMap(viewLeg);
  const at = current.findIndex(({ stage }) => stage === 'release');
  return current.toSpliced(at === -1 ? current.length - 1 : at, 0, ...behind);
}

function viewStage(state: ChangeState, stage: StageName): StageView[] {
  const span = state.spans[stage];
  if (span === undefined) return [];
  const waiting = stage === state.stage ? waitingFor(state) : null;
  const service = stage === 'release' || stage === 'rollout' ? legServiceOf(state) : null;
  return [{ stage, service, seconds: secondsOf(span), summary: summarize(stage, state), waiting }];
}

function viewLeg({ release, rollout, spans }: ChangeState['legs'][number]): readonly StageView[] {
  const { service } = release;
  const done = (stage: 'release' | 'rollout', summary: string): StageView => ({
    stage,
    service,
    seconds: secondsOf(spans[stage] ?? null),
    summary,
    waiting: null,
  });
  return [done('release', summaries.release(release)), done('rollout', summaries.rollout(rollout))];
}

/** The service that gets it now; null: it is the only one. */
function legServiceOf({ results, legs }: ChangeState): string | null {
  const release = results.release?.deploys === true ? results.release : undefined;
  const isOne = legs.length === 0 && !release?.rest?.length;
  return isOne ? null : (release?.service ?? legs.at(-1)?.release.rest?.[0]?.service ?? null);
}

function secondsOf(span: Spans[StageName] | null): number | null {
  return span?.to == null ? null : (Date.parse(span.to) - Date.parse(span.from)) / 1000;
}

type Summary = { readonly [S in StageName]: (data: StageData[S]) => string };

const summaries: Summary = {
  // Each reason is a sentence of its own.
  classify: (data) => `${data.class}: ${data.reasons.join(' ')}`,
  guardrails: (data) => {
    const bad = data.results.filter(({ verdict }) => verdict !== 'pass');
    if (bad.length === 0) return `${data.results.length} of ${data.results.length} pass`;
    return bad.map(({ name, verdict, reason }) => `${name} ${verdict}: ${reason}`).join(' ');
  },
  judge: (data) => [data.verdict, ...data.reasons.slice(0, 1)].join(': '),
  policy: (data) => `${data.value} up to ${data.level} (${data.codes.join(', ')})`,
  merge: (data) => `${data.commit.slice(0, 10)} onto ${data.onto.slice(0, 10)}`,
  release: (data) => (data.deploys ? data.digest.slice(0, 19) : data.why),
  rollout: (data) => {
    if (data.ran && data.flag === null) return 'back at the version before, without a canary';
    if (!data.ran) return data.why;
    const flag = data.codeFlag === undefined ? '' : `, flag ${data.codeFlag.key} on for everybody`;
    return `promoted after ${data.seconds.toFixed(1)} s${flag}; ${data.usersExposed} users exposed`;
  },
  conclude: (data) => data.code,
};

function summarize(stage: StageName, state: ChangeState): string | null {
  const { conclusion } = state;
  if (stage === 'conclude') return conclusion?.code ?? null;
  const data = state.results[stage];
  // The table is indexed by the same name, which TypeScript cannot follow.
  if (data !== undefined) return (summaries[stage] as (of: typeof data) => string)(data);
  // It ended without a result: it is the one that stopped the change.
  if (state.stage === stage || conclusion === undefined) return null;
  return `${conclusion.outcome}: ${conclusion.code}`;
}
