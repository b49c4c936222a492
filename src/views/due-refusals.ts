import type { RefusalTask } from '../config/refusal-tasks.ts';
import type { ChangeId } from '../domain/change.ts';
import type { LedgerChange } from './ledger.ts';
import { begunFor, noRoom, type TasksKnown } from './task-room.ts';

/** What one guardrail said of a change. */
export type Finding = { readonly name: string; readonly verdict: string; readonly code: string };

export type TurnedAway = {
  readonly id: ChangeId;
  readonly notPassed: readonly Finding[];
  /** Names of guardrails. */
  readonly passed: readonly string[];
};

/** `refusals.due`: a task may be begun for it now. Of each other code the reason says why not. */
export type ToldRefusal = {
  readonly change: ChangeId;
  readonly code: string;
  readonly reason: string;
  /** What is to be mended; []: nothing, since it is not due. */
  readonly codes: readonly string[];
};

type NamedRule = { readonly name: string; readonly rule: RefusalTask };

const youngMs = 7 * 24 * 60 * 60 * 1000;

/** Changes that a rule may mean, by all but what guardrails said of them; oldest first. */
export function refusalCandidates({ classes }: RefusalTask, known: TasksKnown): readonly LedgerChange[] {
  const { tasks, ledger, now } = known;
  // What a task made goes back to its own agent, and begins no other task: so no two agents hand work to each other for ever.
  const ofTasks = new Set([...tasks.lines.values()].flatMap(({ changes }) => changes));
  const newest = new Map<string, ChangeId>();
  for (const { id, proposal } of ledger.changes.values()) newest.set(headOf(proposal), id);
  return [...ledger.changes.values()].filter(
    (change) =>
      isTurnedAway(change) &&
      change.class !== null &&
      classes.includes(change.class) &&
      now.getTime() - Date.parse(change.concludedAt ?? '') < youngMs &&
      newest.get(headOf(change.proposal)) === change.id &&
      !ofTasks.has(change.id),
  );
}

/** What a person took back, or the branch has already, is nothing to mend. */
function isTurnedAway({ conclusion, merge }: LedgerChange): boolean {
  if (conclusion === null || merge !== null) return false;
  if (conclusion.outcome !== 'refused' && conclusion.outcome !== 'held') return false;
  return conclusion.code !== 'change.cancel' && conclusion.code !== 'classify.empty';
}

function headOf({ source, ref }: LedgerChange['proposal']): string {
  return JSON.stringify([source, ref]);
}

/** What becomes of one of them. */
export function tellRefusal(
  { name, rule }: NamedRule,
  { id, notPassed, passed }: TurnedAway,
  known: TasksKnown,
): ToldRefusal {
  const told = (code: string, reason: string, codes: readonly string[] = []) => ({
    ...{ change: id, code: `refusals.${code}`, reason, codes },
  });
  const task = begunFor(name, id, known);
  if (task !== undefined) return told('begun', `It has had its task: ${task}.`);
  const meant = notPassed.filter(
    ({ verdict, code }) => (verdict === 'fail' || verdict === 'abstain') && rule.codes.includes(code),
  );
  const others = notPassed.filter(({ verdict, code }) => verdict === 'fail' && !rule.codes.includes(code));
  if (others.length > 0)
    return told('other-failures', `It fails for what is not in codes too: ${codesOf(others).join(', ')}.`);
  if (!passed.includes('secrets'))
    return told('secrets', 'It may hold a secret: that guardrail did not pass, and a model would read it.');
  if (meant.length === 0) return told('other-reasons', 'No guardrail turns it away for one of codes.');
  const full = noRoom(name, rule, known);
  if (full !== undefined) return told(full.why, full.reason);
  return told('due', `A task of ${rule.agent} is begun for it.`, codesOf(meant));
}

function codesOf(findings: readonly Finding[]): readonly string[] {
  return [...new Set(findings.map(({ code }) => code))];
}
