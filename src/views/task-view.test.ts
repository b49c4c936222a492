import { describe, expect, it } from 'vitest';
import type { Entry } from '../domain/journal.ts';
import type { JsonObject } from '../domain/json.ts';
import { foldLedger } from './ledger.ts';
import { mendingTaskOf, shownTasks, taskOf } from './task-view.ts';
import { foldTasks } from './tasks.ts';

const now = new Date('2026-12-05T02:00:00Z');
type Made = readonly [type: string, data: JsonObject, change?: string];

function views(...made: readonly Made[]) {
  const entries: Entry[] = made.map(([type, data, change], index) => ({
    ...{ type, data, index, at: '2026-11-30T02:00:00.000Z', actor: 'x' },
    ...(change === undefined ? {} : { change }),
  }));
  const tasks = foldTasks(entries);
  const shown = (at = now) =>
    shownTasks(tasks, foldLedger(entries), at).map(({ task, state }) => `${task} ${state}`);
  return { tasks, shown };
}

const cause = { kind: 'refusal', change: 'chg_0', codes: ['tests.failed'] };
const begun = (task: string, round = 1, more: JsonObject = {}): Made => [
  'task.begun',
  { task, agent: 'claude', from: 'mend', round, ...more },
];
const ended = (task: string, change: string | null, why: string | null = null): Made => [
  'task.ended',
  { task, change, why },
];

describe('tasks', () => {
  it('are found by what they handed in, in each of their rounds, and by what they mend', () => {
    const { tasks } = views(
      begun('a', 1, { cause }),
      ended('a', 'chg_1'),
      begun('a', 2),
      ended('a', 'chg_2'),
    );
    expect(taskOf(tasks, 'chg_1')).toMatchObject({ task: 'a', round: 1, rounds: 2, givenUp: null });
    expect(taskOf(tasks, 'chg_2')).toMatchObject({ task: 'a', round: 2, cause });
    expect(taskOf(tasks, 'chg_0')).toBeNull();
    expect(mendingTaskOf(tasks, 'chg_0')).toMatchObject({ task: 'a', change: 'chg_2' });
    expect(mendingTaskOf(tasks, 'chg_1')).toBeNull();
  });

  it('are of no change that only says so', () => {
    const { tasks } = views(begun('a'), ['change.proposed', { record: { task: 'a', cause } }, 'chg_9']);
    expect(taskOf(tasks, 'chg_9')).toBeNull();
    expect(mendingTaskOf(tasks, 'chg_0')).toBeNull();
  });

  it('are shown while they are under way, and for a week where they came to nothing', () => {
    const done: Made[] = [
      begun('d'),
      ['change.proposed', { source: 's', ref: 'r' }, 'chg_4'],
      ['change.concluded', { outcome: 'landed', code: 'landed.merged', reasons: [] }, 'chg_4'],
      ended('d', 'chg_4'),
    ];
    const open: Made = ['change.proposed', { source: 's', ref: 'o' }, 'chg_1'];
    const made = [begun('a'), open, ended('a', 'chg_1'), begun('b'), ended('b', null, 'it cannot'), ...done];
    const { shown } = views(...made, begun('c'));
    expect(shown()).toEqual(['c working', 'b given up', 'a checked']);
    expect(shown(new Date('2026-12-07T02:00:01Z'))).toEqual(['c working', 'a checked']);
  });
});
