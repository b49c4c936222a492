import type { IssueTask } from '../config/issue-tasks.ts';
import type { IssueVerdict } from './issue-verdict.ts';
import type { Ledger } from './ledger.ts';
import { isUnderWay, type Tasks } from './tasks.ts';

export type JudgedIssue = { readonly id: string; readonly verdict: IssueVerdict };

/** `issues.due`: a task may be begun for it now. Of each other code the reason says why not. */
export type ToldIssue = { readonly id: string; readonly code: string; readonly reason: string };

const dayMs = 24 * 60 * 60 * 1000;

/** What becomes of each issue by a rule of that name, in the order in which they came. */
export function tellIssues(
  { name, rule }: { readonly name: string; readonly rule: IssueTask },
  issues: readonly JudgedIssue[],
  { tasks, ledger, now }: { readonly tasks: Tasks; readonly ledger: Ledger; readonly now: Date },
): readonly ToldIssue[] {
  const lines = [...tasks.lines.values()].filter(({ from }) => from === name);
  const begun = new Map(lines.map(({ key, task }) => [key, task]));
  const room = roomIn(rule, {
    today: lines.filter(({ begunAt }) => now.getTime() - Date.parse(begunAt) < dayMs).length,
    open: lines.filter((line) => isUnderWay(line, ledger)).length,
    isOver: now >= new Date(rule.until),
  });
  return issues.map(({ id, verdict }) => {
    if (verdict.kind === 'left') return { id, code: verdict.code, reason: verdict.reason };
    const task = begun.get(verdict.key);
    if (task !== undefined)
      return { id, code: 'issues.begun', reason: `As it is, it has had its task: ${task}.` };
    return { id, ...(room ?? { code: 'issues.due', reason: `A task of ${rule.agent} is begun for it.` }) };
  });
}

type Counts = { readonly today: number; readonly open: number; readonly isOver: boolean };

/** Why none is begun whatever the issue; undefined: one may be. */
function roomIn({ until, perDay, atOnce }: IssueTask, { today, open, isOver }: Counts) {
  if (isOver) return { code: 'issues.ended', reason: `The rule ended at ${until}.` };
  if (today >= perDay) return { code: 'issues.per-day', reason: `${today} were begun within a day.` };
  if (open >= atOnce) return { code: 'issues.at-once', reason: `${open} are under way.` };
  return undefined;
}
