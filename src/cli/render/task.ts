import type { TaskReport } from '../../wiring/task.ts';
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
