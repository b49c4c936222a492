import type { ChangeId } from '../domain/change.ts';
import { aboutOf, type TaskCause } from '../domain/task-cause.ts';
import type { Ledger } from './ledger.ts';
import { isUnderWay, type TaskLine, type Tasks } from './tasks.ts';

/** The task that a change was made in. */
export type TaskView = {
  readonly task: string;
  readonly agent: string;
  /** `person`, or the rule by which it was begun. */
  readonly from: string;
  /** What it was begun for, as others wrote it; null: nothing but its text. */
  readonly cause: TaskCause | null;
  /** In which of its rounds the change was handed in, from 1, and how many there were. */
  readonly round: number;
  readonly rounds: number;
  /** Why nobody works on it any more; null: somebody may. */
  readonly givenUp: string | null;
};

/** By the journal of tasks, never by what a change says of itself. null: of none. */
export function taskOf({ lines }: Tasks, change: ChangeId): TaskView | null {
  for (const line of lines.values()) {
    const at = line.changes.indexOf(change);
    if (at === -1) continue;
    const { task, agent, from, cause, rounds } = line;
    return { task, agent, from, cause, rounds, round: at + 1, givenUp: line.isOver ? line.why : null };
  }
  return null;
}

/** A task that was begun to mend what a change was turned away for. */
export type MendingTask = Pick<TaskView, 'task' | 'agent' | 'from' | 'givenUp'> & {
  /** What it handed in last; null: nothing yet. */
  readonly change: ChangeId | null;
};

/** null: none was. */
export function mendingTaskOf({ lines }: Tasks, change: ChangeId): MendingTask | null {
  const line = [...lines.values()].findLast(
    ({ cause }) => cause?.kind === 'refusal' && cause.change === change,
  );
  if (line === undefined) return null;
  const { task, agent, from, isOver, why } = line;
  return { task, agent, from, givenUp: isOver ? why : null, change: line.change };
}

/** One of those that `status` shows. */
export type TaskStatus = Pick<TaskLine, 'task' | 'agent' | 'from' | 'rounds' | 'change' | 'at' | 'why'> & {
  readonly about: string | null;
  readonly state: 'working' | 'checked' | 'given up';
};

const shownMs = 7 * 24 * 60 * 60 * 1000;

/** Tasks under way, and those of the last week that ended without a change; the newest first. */
export function shownTasks(tasks: Tasks, ledger: Ledger, now: Date): readonly TaskStatus[] {
  return [...tasks.lines.values()].reverse().flatMap((line) => {
    const { task, agent, from, rounds, change, at, why, isOpen, isOver } = line;
    const isRecent = now.getTime() - Date.parse(at) < shownMs;
    const isShown = isOver ? isRecent && why !== null : isUnderWay(line, ledger);
    if (!isShown) return [];
    const state = isOver ? 'given up' : isOpen ? 'working' : 'checked';
    return [{ task, agent, from, rounds, change, at, why, state, about: aboutOf(line.cause) }];
  });
}
