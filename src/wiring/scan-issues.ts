import { foldTasks, taskTypes } from '../views/tasks.ts';
import type { Scanning, ScanReport, ScanTask } from './scanning.ts';
import { IssueDesk, type IssueLook } from './tasks/issue-desk.ts';

/** Says for which issues the control plane begins a task, and why not for the others. It begins none itself: an agent may take half an hour. */
export async function scanIssues(
  scanning: Scanning,
): Promise<Required<Pick<ScanReport, 'skipped' | 'tasks'>>> {
  const { repository, config, tools } = scanning;
  const tasks = foldTasks(await repository.store.read({ types: taskTypes }));
  const known = { tasks, ledger: await repository.ledger(), now: repository.clock.now() };
  const desk = new IssueDesk({ git: tools.git, files: repository.place.files });
  const looks = await desk.look(config, known);
  return { tasks: looks.flatMap(dueIn), skipped: looks.flatMap(leftIn) };
}

function dueIn({ rule, agent, issues }: IssueLook): readonly ScanTask[] {
  return issues.filter(({ code }) => code === 'issues.due').map(({ id }) => ({ issue: id, rule, agent }));
}

function leftIn({ rule, issues, isWhole, trouble }: IssueLook): ScanReport['skipped'] {
  const left = issues
    .filter(({ code }) => code !== 'issues.due')
    .map(({ id, code, reason }) => ({ name: id, code, reason }));
  const name = `issues of ${rule}`;
  if (trouble !== null) return [{ name, code: 'issues.unread', reason: trouble }];
  const more = { name, code: 'issues.too-many', reason: 'There are more open ones than are looked at.' };
  return isWhole ? left : [...left, more];
}
