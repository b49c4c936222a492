import { randomBytes } from 'node:crypto';
import type { IssueTask } from '../../config/issue-tasks.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { Issue } from '../../domain/issue.ts';
import { issueText } from '../../domain/issue-text.ts';
import { tellIssues } from '../../views/due-issues.ts';
import { type IssueVerdict, judgeIssue } from '../../views/issue-verdict.ts';
import { foldTasks, taskTypes } from '../../views/tasks.ts';
import { IssueSources } from '../issue-sources.ts';
import { firstRound, type TaskOrigin, type TaskPlace } from '../task.ts';
import { runRound } from './round.ts';
import { taskActor } from './work.ts';

export type IssueWanted = { readonly rule: string; readonly id: string };

type Counts = Extract<IssueVerdict, { kind: 'counts' }>;

/** Begins a task for an issue, read anew: only what counts at this moment is begun, and only these words are asked. */
export async function beginFromIssue(place: TaskPlace, { rule: name, id }: IssueWanted): Promise<void> {
  const { repository, workshop } = place;
  const { config } = await workshop.rules.load();
  const { issues } = config.agents.tasks;
  const rule = Object.hasOwn(issues, name) ? issues[name] : undefined;
  if (rule === undefined) return;
  try {
    const sources = new IssueSources({ git: workshop.git, files: repository.place.files });
    const issue = await (await sources.of(rule, config.branch)).read(id);
    const verdict = issue && judgeIssue(rule, issue);
    if (issue === undefined || verdict?.kind !== 'counts') return tell(id, reasonOf(verdict));
    const tasks = foldTasks(await repository.store.read({ types: taskTypes }));
    const known = { tasks, ledger: await repository.ledger(), now: repository.clock.now() };
    const [told] = tellIssues({ name, rule }, [{ id, verdict }], known);
    if (told?.code !== 'issues.due') return tell(id, told?.reason ?? 'it is not due');
    const task = await firstRound(place, originOf({ name, rule }, issue, verdict));
    const { why } = await runRound(task, { actor: taskActor, dryRun: false });
    if (why !== null) tell(id, why);
  } catch (thrown) {
    if (!(thrown instanceof AutolandError)) throw thrown;
    tell(id, thrown.message);
  }
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

function reasonOf(verdict: IssueVerdict | undefined): string {
  return verdict?.kind === 'left' ? verdict.reason : 'it is not there any more';
}

function tell(id: string, why: string): void {
  process.stderr.write(`autoland: the task for the issue ${id} handed nothing in: ${why}\n`);
}
