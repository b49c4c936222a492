import type { Entry } from '../../domain/journal.ts';
import type { JsonObject } from '../../domain/json.ts';
import { plainJson } from '../../domain/plain.ts';
import type { ChangeState } from '../../engine/state.ts';
import type { ChangeView, GuardrailView } from '../change-view.ts';
import { type NextStep, nextStep } from './next-step.ts';

/** One change, as its author needs it: how it stands, why, and what is left to do. */
export type AgentChange = {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly head: string;
  readonly proposedAt: string;
  readonly class: string | null;
  /** `under way`, or how it ended. */
  readonly state: string;
  /** null once it has ended. */
  readonly stage: string | null;
  /** What the stage waits for; null: it works, or the change has ended. */
  readonly waiting: string | null;
  /** How it ended; null: it is under way. */
  readonly code: string | null;
  readonly reasons: readonly string[];
  readonly next: NextStep;
  /** What the policy answered; null: it was not asked yet. */
  readonly decision: AgentDecision | null;
  /** Names of the guardrails that pass. */
  readonly passed: readonly string[];
  /** Names of those that were not run, since another one had failed. */
  readonly notRun: readonly string[];
  /** Those that ran, and do not pass. */
  readonly notPassed: readonly AgentFinding[];
  readonly merge: string | null;
  /** Once it has ended: production runs it. null: it was not merged, or nothing is deployed here. */
  readonly inProduction: boolean | null;
  readonly users: { readonly exposed: number; readonly errored: number; readonly background: number };
};

export type AgentFinding = Omit<GuardrailView, 'ms' | 'evidence'> & {
  /** null: there is more of it than can be told here. */
  readonly evidence: JsonObject | null;
};

export type AgentDecision = {
  readonly value: string;
  readonly level: string;
  readonly codes: readonly string[];
  readonly reasons: readonly string[];
};

export function agentChange(
  view: ChangeView,
  { state, entries }: { readonly state: ChangeState; readonly entries: readonly Entry[] },
): AgentChange {
  const { stage, proposal, conclusion } = state;
  const isNotRun = ({ code }: GuardrailView) => code === 'guardrails.not-run';
  const open = view.guardrails.filter(({ verdict }) => verdict !== 'pass');
  return {
    id: view.id,
    title: view.title,
    source: view.source,
    head: proposal.head,
    proposedAt: view.proposedAt,
    class: view.class,
    state: stage === null ? view.state : 'under way',
    stage,
    waiting: view.stages.find(({ waiting }) => waiting !== null)?.waiting ?? null,
    code: view.code,
    reasons: view.reasons,
    next: nextStep({
      conclusion: stage === null ? conclusion : undefined,
      isMerged: view.merge !== null,
      class: view.class,
    }),
    decision: decisionIn(state, entries),
    passed: view.guardrails.filter(({ verdict }) => verdict === 'pass').map(({ name }) => name),
    notRun: open.filter(isNotRun).map(({ name }) => name),
    notPassed: open.filter((one) => !isNotRun(one)).map(findingOf),
    merge: view.merge,
    inProduction: view.inProduction,
    users: { exposed: view.exposed, errored: view.errored, background: view.background },
  };
}

const evidenceLimits = { text: 500, items: 20, depth: 4 };
const mostEvidence = 4_000;

function findingOf({ name, verdict, code, reason, evidence }: GuardrailView): AgentFinding {
  const plain = plainJson(evidence, evidenceLimits) as JsonObject;
  const isShort = JSON.stringify(plain).length <= mostEvidence;
  return { name, verdict, code, reason, evidence: isShort ? plain : null };
}

/** A decision that stopped the change is a note of its stage. */
function decisionIn({ results }: ChangeState, entries: readonly Entry[]): AgentDecision | null {
  if (results.policy !== undefined) {
    const { value, level, codes, reasons } = results.policy;
    return { value, level, codes, reasons };
  }
  const note = entries.findLast(({ type, data }) => type === 'stage.noted' && data.note === 'policy.decided');
  if (note === undefined) return null;
  const { value, level, codes, reasons } = note.data.data as JsonObject;
  return { value: String(value), level: String(level), codes: texts(codes), reasons: texts(reasons) };
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
