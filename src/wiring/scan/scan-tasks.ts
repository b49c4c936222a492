import { foldTasks, taskTypes } from '../../views/tasks.ts';
import { IssueDesk, type IssueLook } from '../tasks/issue-desk.ts';
import { RefusalDesk, type RefusalLook } from '../tasks/look-at-refusals.ts';
import type { Scanning, ScanReport, ScanTask } from './scanning.ts';

/** Says for what the control plane begins a task, and why not for the rest. It begins none itself: an agent may take half an hour. */
export async function scanTasks(
  scanning: Scanning,
): Promise<Required<Pick<ScanReport, 'skipped' | 'tasks'>>> {
  const { repository, config, tools } = scanning;
  const tasks = foldTasks(await repository.store.read({ types: taskTypes }));
  const known = { tasks, ledger: await repository.ledger(), now: repository.clock.now() };
  const desk = new IssueDesk({ git: tools.git, files: repository.place.files });
  const looks = await desk.look(config, known);
  const refusals = await new RefusalDesk(repository).look(config, known);
  return {
    tasks: [...looks.flatMap(dueIn), ...refusals.flatMap(dueRefusals)],
    skipped: [...looks.flatMap(leftIn), ...refusals.flatMap(leftRefusals)],
  };
}

function dueRefusals({ rule, agent, told }: RefusalLook): readonly ScanTask[] {
  const due = told.filter(({ code }) => code === 'refusals.due');
  return due.map(({ change }) => ({ about: change, rule, agent }));
}

function leftRefusals({ told }: RefusalLook): ScanReport['skipped'] {
  const left = told.filter(({ code }) => code !== 'refusals.due');
  return left.map(({ change, code, reason }) => ({ name: change, code, reason }));
}

function dueIn({ rule, agent, issues }: IssueLook): readonly ScanTask[] {
  return issues.filter(({ code }) => code === 'issues.due').map(({ id }) => ({ about: id, rule, agent }));
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
