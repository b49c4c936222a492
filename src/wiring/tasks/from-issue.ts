import { randomBytes } from 'node:crypto';
import type { IssueTask } from '../../config/issue-tasks.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { Issue } from '../../domain/issue.ts';
import { issueText } from '../../domain/issue-text.ts';
import { printable } from '../../domain/printable.ts';
import { tellIssues } from '../../views/due-issues.ts';
import type { IssueVerdict } from '../../views/issue-verdict.ts';
import { foldTasks, taskTypes } from '../../views/tasks.ts';
import { type IssueWanted, issueNow } from './issue-now.ts';
import { runRound } from './round.ts';
import { firstRound, type TaskOrigin, type TaskPlace } from './task.ts';
import { taskActor } from './work.ts';

type Counts = Extract<IssueVerdict, { kind: 'counts' }>;

/** Begins a task for an issue, read anew: only what counts at this moment is begun, and only these words are asked. */
export async function beginFromIssue(place: TaskPlace, wanted: IssueWanted): Promise<void> {
  try {
    const why = await begin(place, wanted);
    if (why !== null) tell(wanted.id, why);
  } catch (thrown) {
    if (!(thrown instanceof AutolandError)) throw thrown;
    tell(wanted.id, thrown.message);
  }
}

/** Answers why nothing was handed in; null: something was. */
async function begin(place: TaskPlace, { rule: name, id }: IssueWanted): Promise<string | null> {
  const { repository } = place;
  const now = await issueNow(place, { rule: name, id });
  if (now === undefined) return 'it is not there any more';
  const { rule, issue, verdict } = now;
  if (verdict.kind === 'left') return verdict.reason;
  const tasks = foldTasks(await repository.store.read({ types: taskTypes }));
  const known = { tasks, ledger: await repository.ledger(), now: repository.clock.now() };
  const [told] = tellIssues({ name, rule }, [{ id, verdict }], known);
  if (told?.code !== 'issues.due') return told?.reason ?? 'it is not due';
  const task = await firstRound(place, originOf({ name, rule }, issue, verdict));
  return (await runRound(task, { actor: taskActor, dryRun: false })).why;
}

type Rule = { readonly name: string; readonly rule: IssueTask };

function originOf({ name, rule }: Rule, issue: Issue, verdict: Counts): TaskOrigin {
  const { agent, model, class: meant, budget } = rule;
  const { key, label, author, labelledBy } = verdict;
  const words = issueText(issue, randomBytes(9).toString('hex'));
  return {
    brief: { agent, ...words, model, class: meant, budget },
    ...{ from: name, key, cause: { kind: 'issue', issue: issue.id, label, author, labelledBy } },
  };
}

function tell(id: string, why: string): void {
  process.stderr.write(`autoland: the task for the issue ${id} handed nothing in: ${printable(why)}\n`);
}
