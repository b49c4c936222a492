import type { ChangeClass, Proposal } from '../domain/change.ts';
import type { Conclusion } from '../domain/decision.ts';
import { exposureNote, lookNote } from '../domain/exposure.ts';
import type { Entry } from '../domain/journal.ts';
import type { JsonObject } from '../domain/json.ts';
import { printable } from '../domain/printable.ts';
import type { Classification, RolloutReport } from '../domain/stage.ts';
import { stageAfter } from '../engine/state.ts';

/** One change as the demo's screen shows it. */
export type Progress = {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly startedAt: string;
  readonly class: ChangeClass | null;
  readonly stage: string;
  /** The last guardrail that answered. */
  readonly guardrail: string | null;
  readonly look: Look | null;
  readonly conclusion: Conclusion | null;
  readonly endedAt: string | null;
  readonly exposed: number;
  readonly errored: number;
  readonly background: number;
};

/** A look at the canary, with the two tests that decide. */
export type Look = {
  readonly weight: number;
  readonly reason: string;
  /** Evidence that it is worse, as a share of what rolls it back. */
  readonly worse: number;
  /** Evidence that it is good enough, as a share of what raises exposure. */
  readonly good: number;
};

export function follow(all: ReadonlyMap<string, Progress>, entry: Entry): ReadonlyMap<string, Progress> {
  const id = entry.change;
  if (id === undefined) return all;
  const next = advance(all.get(id), entry);
  return next === undefined ? all : new Map(all).set(id, next);
}

function advance(progress: Progress | undefined, entry: Entry): Progress | undefined {
  if (entry.type === 'change.proposed') return progress ?? begin(entry);
  if (progress === undefined) return undefined;
  switch (entry.type) {
    case 'stage.finished':
      return finished(progress, entry);
    case 'stage.raced':
      return { ...progress, stage: 'classify' };
    case 'stage.stopped':
      return { ...progress, stage: 'conclude' };
    case 'stage.noted':
      return noted(progress, entry);
    case 'change.concluded':
      return { ...progress, conclusion: entry.data as unknown as Conclusion, endedAt: entry.at };
    default:
      return progress;
  }
}

function begin(entry: Entry): Progress {
  const proposal = entry.data as unknown as Proposal;
  return {
    id: entry.change ?? '',
    // An agent wrote it, and it goes to a terminal.
    title: printable(proposal.title),
    source: proposal.source,
    startedAt: entry.at,
    class: null,
    stage: 'classify',
    guardrail: null,
    look: null,
    conclusion: null,
    endedAt: null,
    exposed: 0,
    errored: 0,
    background: 0,
  };
}

function finished(progress: Progress, entry: Entry): Progress {
  const stage = String(entry.data.stage);
  const after = { ...progress, stage: stageAfter(stage as Parameters<typeof stageAfter>[0]) ?? 'conclude' };
  if (stage === 'classify') return { ...after, class: (entry.data.data as unknown as Classification).class };
  if (stage !== 'rollout') return after;
  const report = entry.data.data as unknown as RolloutReport;
  return report.ran ? { ...after, ...exposure(report as unknown as JsonObject) } : after;
}

function noted(progress: Progress, entry: Entry): Progress {
  const data = entry.data.data as JsonObject;
  if (entry.data.note === 'guardrail') return { ...progress, guardrail: String(data.name) };
  if (entry.data.note === exposureNote) return { ...progress, ...exposure(data) };
  if (entry.data.note !== lookNote) return progress;
  const evidence = data.evidence as unknown as readonly Tested[];
  const look = {
    weight: Number(data.weight),
    reason: String(data.reason),
    worse: Math.max(0, ...evidence.filter(isRollback).map(({ test }) => share(evidence, test))),
    good: share(evidence, 'promotion'),
  };
  return { ...progress, look, ...exposure(data) };
}

const isRollback = ({ test }: Tested) => test.startsWith('rollback.');

type Tested = { readonly test: string; readonly value: number | null; readonly threshold: number };

/** How far along its way to the threshold a test stands, 0 to 1. */
function share(evidence: readonly Tested[], test: string): number {
  const found = evidence.find((one) => one.test === test);
  if (found === undefined || found.value === null) return 0;
  return Math.min(1, Math.max(0, found.value / found.threshold));
}

function exposure(data: JsonObject) {
  return {
    exposed: Number(data.usersExposed),
    errored: Number(data.usersErrored),
    background: Number(data.backgroundErrors),
  };
}

/** Errors that baseline's rate does not explain. */
export function harmedBy(progress: Pick<Progress, 'errored' | 'background'>): number {
  return Math.max(0, progress.errored - progress.background);
}
