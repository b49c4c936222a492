import type { IssueTask } from '../../config/issue-tasks.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { Issue } from '../../domain/issue.ts';
import { type IssueVerdict, judgeIssue } from '../../views/issue-verdict.ts';
import type { TaskLine } from '../../views/tasks.ts';
import { IssueSources } from './issue-sources.ts';
import type { TaskPlace } from './task.ts';

export type IssueWanted = { readonly rule: string; readonly id: string };

/** As it is at this moment, by the rules that stand on the branch now. undefined: issue or rule are gone. Rejects as the source does. */
export async function issueNow(
  { repository, workshop }: TaskPlace,
  { rule: name, id }: IssueWanted,
): Promise<{ readonly rule: IssueTask; readonly issue: Issue; readonly verdict: IssueVerdict } | undefined> {
  const { config } = await workshop.rules.load();
  const { issues } = config.agents.tasks;
  const rule = Object.hasOwn(issues, name) ? issues[name] : undefined;
  if (rule === undefined) return undefined;
  const sources = new IssueSources({ git: workshop.git, files: repository.place.files });
  const issue = await (await sources.of(rule, config.branch)).read(id);
  return issue && { rule, issue, verdict: judgeIssue(rule, issue) };
}

/**
 * Why no agent goes on with the task of an issue: nobody stands behind it any more, or that cannot be known. undefined: it is as it was, or the
 * task is of none.
 */
export async function issueEnd(
  place: TaskPlace,
  { from, key, cause }: Pick<TaskLine, 'from' | 'key' | 'cause'>,
): Promise<string | undefined> {
  if (cause?.kind !== 'issue') return undefined;
  try {
    const now = await issueNow(place, { rule: from, id: cause.issue });
    if (now === undefined) return `${cause.issue}, or its rule, is not there any more`;
    const { verdict } = now;
    if (verdict.kind === 'left') return `${cause.issue} does not count any more: ${verdict.reason}`;
    return verdict.key === key ? undefined : `${cause.issue} is another one now: it has a task of its own`;
  } catch (thrown) {
    if (!(thrown instanceof AutolandError)) throw thrown;
    return `whether ${cause.issue} still counts is not known: ${thrown.message}`;
  }
}
