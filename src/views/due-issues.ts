import type { IssueTask } from '../config/issue-tasks.ts';
import type { IssueVerdict } from './issue-verdict.ts';
import { begunFor, noRoom, type TasksKnown } from './task-room.ts';

export type JudgedIssue = { readonly id: string; readonly verdict: IssueVerdict };

/** `issues.due`: a task may be begun for it now. Of each other code the reason says why not. */
export type ToldIssue = { readonly id: string; readonly code: string; readonly reason: string };

/** What becomes of each issue by a rule of that name, in the order in which they came. */
export function tellIssues(
  { name, rule }: { readonly name: string; readonly rule: IssueTask },
  issues: readonly JudgedIssue[],
  known: TasksKnown,
): readonly ToldIssue[] {
  const full = noRoom(name, rule, known);
  return issues.map(({ id, verdict }) => {
    if (verdict.kind === 'left') return { id, code: verdict.code, reason: verdict.reason };
    const task = begunFor(name, verdict.key, known);
    if (task !== undefined)
      return { id, code: 'issues.begun', reason: `As it is, it has had its task: ${task}.` };
    if (full !== undefined) return { id, code: `issues.${full.why}`, reason: full.reason };
    return { id, code: 'issues.due', reason: `A task of ${rule.agent} is begun for it.` };
  });
}
