import { aboutOf, type TaskCause } from '../../domain/task-cause.ts';
import type { ChangeView } from '../../views/change-view.ts';
import type { TaskStatus } from '../../views/task-view.ts';
import type { TaskReport } from '../../wiring/tasks/task.ts';
import { wrap } from './text.ts';

/** What became of a task. */
export function renderTask({ task, change, title, paths, why }: TaskReport): string[] {
  const said = `  what was said and done: autoland show task_${task} --thinking`;
  if (why !== null) return [...wrap(`nothing is handed in: ${why}`, '  '), said];
  return [
    ...wrap(`${change === null ? 'would hand in' : 'handed in'} ${title}`, '  '),
    ...paths.map((path) => `  ${path}`),
    ...(change === null ? [] : [`  follow it: autoland explain ${change}`]),
    said,
  ];
}

/** Where a change came from, where that was a task. */
export function renderTaskOf({ task }: Pick<ChangeView, 'task'>): string[] {
  if (task === null) return [];
  const { from, cause, round, rounds, givenUp } = task;
  const about = aboutOf(cause);
  const by = from === 'person' ? 'given by a person' : `begun by the rule ${from}`;
  const why = about === null ? '' : ` for ${about}${wordsOf(cause)}`;
  const of = rounds > 1 ? `, round ${round} of ${rounds}` : '';
  return [
    ...wrap(`  made in the task ${task.task} of ${task.agent}, ${by}${why}${of}`, '  '),
    ...(givenUp === null ? [] : wrap(`  that task is given up: ${givenUp}`, '  ')),
  ];
}

/** What became of a change that was turned away. */
export function renderMending({ mending }: Pick<ChangeView, 'mending'>): string[] {
  if (mending === null) return [];
  const { task, agent, from, change, givenUp } = mending;
  const made = change === null ? '' : `, which handed in ${change}`;
  const end = givenUp === null ? '' : `; given up: ${givenUp}`;
  return wrap(`  by the rule ${from} ${agent} was asked to mend it in the task ${task}${made}${end}`, '  ');
}

function wordsOf(cause: TaskCause | null): string {
  if (cause?.kind === 'refusal') return `, which was turned away for ${cause.codes.join(', ')}`;
  const who = cause?.labelledBy ?? null;
  return who === null ? '' : `, labelled by ${who}, whose words are data`;
}

/** A line of `status`. */
export function taskInShort({ task, agent, about, state, change, why, rounds }: TaskStatus): string {
  const what = about === null ? task : `${task} for ${about}`;
  if (state === 'working') return `${what}: ${agent} is at it, round ${rounds}`;
  if (state === 'checked') return `${what}: ${change} is under way`;
  return `${what}: given up: ${why}`;
}
