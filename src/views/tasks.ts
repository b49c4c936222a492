import type { ChangeId } from '../domain/change.ts';
import type { Entry } from '../domain/journal.ts';
import type { JsonObject } from '../domain/json.ts';
import { readCause, type TaskCause } from '../domain/task-cause.ts';
import type { Ledger } from './ledger.ts';

/** What the journal says of tasks, of those that were no rehearsal. */
export type Tasks = {
  readonly lines: ReadonlyMap<string, TaskLine>;
  /** Journal index of the last entry taken in; -1: none. */
  readonly upTo: number;
};

export type TaskLine = {
  readonly task: string;
  readonly agent: string;
  /** Where it came from: `person`, or a rule of `agents.tasks` by its name. */
  readonly from: string;
  /** What it was begun for, such as an issue; null: nothing but its text. */
  readonly cause: TaskCause | null;
  /** What tells two tasks of one origin apart, such as an issue; null: nothing. */
  readonly key: string | null;
  readonly begunAt: string;
  /** How often an agent has begun on it. */
  readonly rounds: number;
  /** What was handed in last; null: nothing. */
  readonly change: ChangeId | null;
  /** All that was handed in, the newest last. */
  readonly changes: readonly ChangeId[];
  /** An agent is at it, or was when its process ended. */
  readonly isOpen: boolean;
  /** Nobody begins on it again. */
  readonly isOver: boolean;
  /** Why it is; null: it is not, or its change decides. */
  readonly why: string | null;
  /** When something last became of it. */
  readonly at: string;
};

export const noTasks: Tasks = { lines: new Map(), upTo: -1 };

export const taskTypes = ['task.begun', 'task.ended', 'task.given-up'];

export function foldTasks(entries: readonly Entry[], from: Tasks = noTasks): Tasks {
  const lines = new Map(from.lines);
  let { upTo } = from;
  for (const entry of entries) {
    if (entry.index <= upTo) continue;
    upTo = entry.index;
    const task = String(entry.data.task);
    const after = take(lines.get(task), entry);
    if (after !== undefined) lines.set(task, after);
  }
  return { lines, upTo };
}

function take(line: TaskLine | undefined, { type, at, data }: Entry): TaskLine | undefined {
  if (type === 'task.begun') {
    const rounds = typeof data.round === 'number' ? data.round : 1;
    return { ...(line ?? first(data, at)), rounds, at, isOpen: true };
  }
  if (line === undefined) return undefined;
  const why = typeof data.why === 'string' ? data.why : null;
  if (type === 'task.given-up') return { ...line, at, why, isOpen: false, isOver: true };
  const change = typeof data.change === 'string' ? data.change : null;
  const changes = change === null ? line.changes : [...line.changes, change];
  // What handed nothing in has nothing that could be refused.
  return { ...line, at, why, changes, isOpen: false, change: change ?? line.change, isOver: change === null };
}

function first(data: JsonObject, begunAt: string): TaskLine {
  const { task, agent, from, key, cause } = data;
  return {
    ...{ task: String(task), agent: String(agent), from: String(from), begunAt, at: begunAt },
    key: typeof key === 'string' ? key : null,
    cause: readCause(cause),
    ...{ rounds: 0, change: null, changes: [], isOpen: true, isOver: false, why: null },
  };
}

/** An agent is at it, or its change has not ended. */
export function isUnderWay({ isOpen, change }: TaskLine, { changes }: Ledger): boolean {
  return isOpen || (change !== null && changes.get(change)?.conclusion == null);
}

export type Refused = { readonly line: TaskLine; readonly change: ChangeId };

/** The branch holds it already: there is nothing to do better. */
const final: ReadonlySet<string> = new Set(['classify.empty']);

/** Tasks whose last change was refused, and that nobody is at, oldest first. What a person holds or took back is for a person. */
export function refusedTasks({ lines }: Tasks, ledger: Ledger): readonly Refused[] {
  return [...lines.values()].flatMap((line) => {
    if (line.isOpen || line.isOver || line.change === null) return [];
    const conclusion = ledger.changes.get(line.change)?.conclusion;
    const isBack = conclusion?.outcome === 'refused' && !final.has(conclusion.code);
    return isBack ? [{ line, change: line.change }] : [];
  });
}
