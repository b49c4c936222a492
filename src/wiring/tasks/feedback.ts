import type { ChangeId } from '../../domain/change.ts';
import { type AgentChange, agentChange } from '../../views/agents/agent-change.ts';
import { viewChange } from '../../views/change-view.ts';
import type { Repository } from '../place/repository.ts';
import type { Feedback } from './work.ts';

/** Of what an agent is told. */
const mostFeedback = 12_000;

/** One change, as whoever works on it needs it. */
export async function toldChange(repository: Repository, id: ChangeId): Promise<AgentChange> {
  const found = await repository.change(id);
  return agentChange(viewChange(found.state, undefined), found);
}

/** Why it was turned away, as JSON that guardrails, tests and others wrote. */
export function feedbackOf(told: AgentChange, round: number): Feedback {
  const { id: change, code, reasons, notPassed, notRun } = told;
  const all = { change, round, code, reasons, notPassed, notRun };
  const whole = JSON.stringify(all);
  const short = JSON.stringify({ ...all, notPassed: notPassed.map((one) => ({ ...one, evidence: null })) });
  const text = whole.length <= mostFeedback ? whole : short.slice(0, mostFeedback).toWellFormed();
  const codes = [...new Set([code ?? 'refused', ...notPassed.map((one) => one.code)])].slice(0, 50);
  return { change, codes, text };
}
