import type { ScheduledTask } from '../config/scheduled-tasks.ts';
import { inWindow } from '../config/windows.ts';
import type { Ledger } from './ledger.ts';
import { isUnderWay, type Tasks } from './tasks.ts';

/**
 * Names of scheduled tasks that may be begun now: in a window of theirs in which none was begun yet, within their number and before their
 * end, and where nothing of the one before is under way.
 */
export function dueTasks(
  scheduled: Readonly<Record<string, ScheduledTask>>,
  { tasks, ledger }: { readonly tasks: Tasks; readonly ledger: Ledger },
  now: Date,
): readonly string[] {
  return Object.entries(scheduled).flatMap(([name, one]) => {
    const lines = [...tasks.lines.values()].filter(({ from }) => from === name);
    if (now >= new Date(one.until) || lines.length >= one.most || !inWindow({ windows: [one] }, now))
      return [];
    const windowMs = (one.to - one.from) * 60_000;
    const isDone = lines.some(({ begunAt }) => now.getTime() - Date.parse(begunAt) <= windowMs);
    const isOpen = lines.some((line) => isUnderWay(line, ledger));
    return isDone || isOpen ? [] : [name];
  });
}
