import type { ChangeId, Proposal } from '../domain/change.ts';
import type { Conclusion } from '../domain/decision.ts';
import type { Entry, Signal } from '../domain/journal.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { type Leg, type StageData, type StageName, stageNames } from '../domain/stage.ts';

/** A change as its journal tells it. Derived, never stored. */
export type ChangeState = {
  readonly id: ChangeId;
  readonly proposal: Proposal;
  readonly proposedAt: string;
  /** The stage to run next; null once concluded. */
  readonly stage: StageName | null;
  /** RFC 3339: when this stage of this round was entered. */
  readonly stageSince: string;
  /** 0 at first; grows with each lost race. */
  readonly round: number;
  readonly results: { readonly [S in StageName]?: StageData[S] };
  /** When each stage of the last round began and ended (RFC 3339); for people. */
  readonly spans: Spans;
  /** Those that are behind it, where several services get the change one after the other. */
  readonly legs: readonly (Leg & { readonly spans: Spans })[];
  readonly conclusion: Conclusion | undefined;
  /** By effect key: the receipt, or undefined while only the intent is journalled. */
  readonly effects: ReadonlyMap<string, { readonly receipt: Json | undefined }>;
  /** The last note of each type in this stage and round. */
  readonly notes: ReadonlyMap<string, JsonObject>;
  readonly signals: readonly Signal[];
  /** Consecutive stage calls that threw. */
  readonly failures: number;
  /** Journal index of the last entry taken in. */
  readonly upTo: number;
};

export type Spans = {
  readonly [S in StageName]?: { readonly from: string; readonly to: string | null };
};

/** The whole journal of one change, folded. undefined: it holds no `change.proposed`. */
export function foldChange(entries: readonly Entry[], from?: ChangeState): ChangeState | undefined {
  return entries.reduce<ChangeState | undefined>(reduceChange, from);
}

/** One entry taken in. Entries of other changes, or already taken in, alter nothing. */
export function reduceChange(state: ChangeState | undefined, entry: Entry): ChangeState | undefined {
  if (state === undefined) return entry.type === 'change.proposed' ? begin(entry) : undefined;
  if (entry.change !== state.id || entry.index <= state.upTo) return state;
  const take = takers[entry.type];
  const next = take === undefined ? state : take(state, entry);
  return { ...next, upTo: entry.index };
}

function begin(entry: Entry): ChangeState {
  return {
    id: entry.change ?? '',
    proposal: entry.data as unknown as Proposal,
    proposedAt: entry.at,
    ...enter('classify', entry),
    round: 0,
    results: {},
    spans: { classify: { from: entry.at, to: null } },
    legs: [],
    conclusion: undefined,
    effects: new Map(),
    signals: [],
    upTo: entry.index,
  };
}

function enter(stage: StageName, entry: Entry) {
  return { stage, stageSince: entry.at, notes: new Map<string, JsonObject>(), failures: 0 };
}

function spansAfter(state: ChangeState, entry: Entry, next: StageName | null): Spans {
  const closed = state.stage === null ? {} : { [state.stage]: { from: state.stageSince, to: entry.at } };
  const opened = next === null ? {} : { [next]: { from: entry.at, to: null } };
  return { ...state.spans, ...closed, ...opened };
}

export function stageAfter(stage: StageName): StageName | null {
  return stageNames[stageNames.indexOf(stage) + 1] ?? null;
}

/** With its rollout a service has the change: on to the next service that gets it, if there is one. */
function legAfter(state: ChangeState, entry: Entry): ChangeState {
  const { release, rollout, ...before } = state.results;
  if (release?.deploys !== true || rollout === undefined || !release.rest?.length) return state;
  const { release: released, rollout: rolledOut, conclude: _, ...spans } = state.spans;
  const leg = { release, rollout, spans: { ...only('release', released), ...only('rollout', rolledOut) } };
  return {
    ...state,
    ...enter('release', entry),
    results: before,
    legs: [...state.legs, leg],
    spans: { ...spans, release: { from: entry.at, to: null } },
  };
}

function only(stage: StageName, span: Spans[StageName]): Spans {
  return span === undefined ? {} : { [stage]: span };
}

type Taker = (state: ChangeState, entry: Entry) => ChangeState;

const takers: Readonly<Record<string, Taker>> = {
  'stage.finished': (state, entry) => {
    const stage = entry.data.stage as StageName;
    const results = { ...state.results, [stage]: entry.data.data };
    const next = stageAfter(stage) ?? 'conclude';
    const finished = { ...state, results, ...enter(next, entry), spans: spansAfter(state, entry, next) };
    return stage === 'rollout' ? legAfter(finished, entry) : finished;
  },
  'stage.stopped': (state, entry) => ({
    ...state,
    ...enter('conclude', entry),
    spans: spansAfter(state, entry, 'conclude'),
    conclusion: entry.data.conclusion as unknown as Conclusion,
  }),
  'stage.raced': (state, entry) => ({
    ...state,
    ...enter('classify', entry),
    round: state.round + 1,
    results: {},
    spans: { classify: { from: entry.at, to: null } },
    legs: [],
  }),
  'stage.noted': (state, entry) => ({
    ...state,
    notes: new Map(state.notes).set(entry.data.note as string, entry.data.data as JsonObject),
  }),
  'stage.failed': (state) => ({ ...state, failures: state.failures + 1 }),
  'stage.recovered': (state) => ({ ...state, failures: 0 }),
  'effect.intended': (state, entry) => {
    const key = entry.data.key as string;
    return state.effects.has(key) ? state : withEffect(state, key, undefined);
  },
  'effect.done': (state, entry) => ({
    ...withEffect(state, entry.data.key as string, entry.data.receipt ?? null),
    // One step nearer to the end, and each only once: the next failure is another's.
    failures: 0,
  }),
  'signal.received': (state, entry) => ({
    ...state,
    signals: [
      ...state.signals,
      {
        change: state.id,
        name: entry.data.name as string,
        key: entry.data.key as string,
        actor: entry.actor,
        data: entry.data.data as JsonObject,
      },
    ],
  }),
  'signal.taken': (state, entry) => ({
    ...state,
    signals: state.signals.filter((signal) => signal.key !== entry.data.key),
  }),
  'change.concluded': (state, entry) => ({
    ...state,
    stage: null,
    spans: spansAfter(state, entry, null),
    conclusion: entry.data as unknown as Conclusion,
  }),
};

function withEffect(state: ChangeState, key: string, receipt: Json | undefined): ChangeState {
  return { ...state, effects: new Map(state.effects).set(key, { receipt }) };
}
