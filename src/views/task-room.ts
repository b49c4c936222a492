import type { Ledger } from './ledger.ts';
import { isUnderWay, type Tasks } from './tasks.ts';

/** How many tasks of one rule are begun. */
export type RoomRule = { readonly until: string; readonly perDay: number; readonly atOnce: number };
export type TasksKnown = { readonly tasks: Tasks; readonly ledger: Ledger; readonly now: Date };

export type NoRoom = { readonly why: 'ended' | 'per-day' | 'at-once'; readonly reason: string };

const dayMs = 24 * 60 * 60 * 1000;

/** Why none of that rule is begun now, for whatever cause; undefined: one may be. */
export function noRoom(name: string, rule: RoomRule, { tasks, ledger, now }: TasksKnown): NoRoom | undefined {
  if (now >= new Date(rule.until)) return { why: 'ended', reason: `The rule ended at ${rule.until}.` };
  const lines = [...tasks.lines.values()].filter(({ from }) => from === name);
  const today = lines.filter(({ begunAt }) => now.getTime() - Date.parse(begunAt) < dayMs).length;
  if (today >= rule.perDay) return { why: 'per-day', reason: `${today} were begun within a day.` };
  const open = lines.filter((line) => isUnderWay(line, ledger)).length;
  if (open >= rule.atOnce) return { why: 'at-once', reason: `${open} are under way.` };
  return undefined;
}

/** The task that a rule has begun for this; undefined: none. */
export function begunFor(
  name: string,
  key: string,
  { tasks }: Pick<TasksKnown, 'tasks'>,
): string | undefined {
  return [...tasks.lines.values()].find((line) => line.from === name && line.key === key)?.task;
}
