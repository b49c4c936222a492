import { describe, expect, it } from 'vitest';
import type { Entry } from '../domain/journal.ts';
import type { JsonObject } from '../domain/json.ts';
import { foldLedger } from './ledger.ts';
import { foldTasks, refusedTasks } from './tasks.ts';

const at = '2026-11-30T02:00:00.000Z';

type Made = readonly [type: string, data: JsonObject, change?: string];

function entries(...made: readonly Made[]): readonly Entry[] {
  return made.map(([type, data, change], index) => ({
    ...{ type, data, index, at, actor: 'x' },
    ...(change === undefined ? {} : { change }),
  }));
}

const begun = (round: number) =>
  ['task.begun', { task: 'a-1', agent: 'claude', from: 'person', round }] as const;
const ended = (change: string | null) =>
  ['task.ended', { task: 'a-1', round: 1, change, why: null }] as const;
const proposed = (id: string) => ['change.proposed', { source: 'agent:claude' }, id] as const;
const concluded = (id: string, outcome: string, code = 'tests.red') =>
  ['change.concluded', { outcome, code, reasons: [] }, id] as const;

function refused(...made: readonly Made[]) {
  const all = entries(...made);
  return refusedTasks(foldTasks(all), foldLedger(all)).map(({ line, change }) => [line.rounds, change]);
}

describe('tasks whose change was refused', () => {
  it('are those that nobody is at', () => {
    const first = [begun(1), proposed('chg_1'), ended('chg_1')] as const;
    expect(refused(...first)).toEqual([]);
    const back = [...first, concluded('chg_1', 'refused')] as const;
    expect(refused(...back)).toEqual([[1, 'chg_1']]);
    expect(refused(...back, begun(2))).toEqual([]);
    const second = [...back, begun(2), proposed('chg_2'), ended('chg_2')] as const;
    expect(refused(...second)).toEqual([]);
    expect(refused(...second, concluded('chg_2', 'refused'))).toEqual([[2, 'chg_2']]);
    expect(refused(...second, concluded('chg_2', 'refused'), ['task.given-up', { task: 'a-1' }])).toEqual([]);
  });

  it.each([
    ['held', 'tests.red'],
    ['held', 'change.cancel'],
    ['landed', 'landed.merged'],
    ['rolled-back', 'rollout.errors'],
    ['superseded', 'change.superseded'],
    ['refused', 'classify.empty'],
  ])('are none where it is %s as %s', (outcome, code) => {
    expect(refused(begun(1), proposed('chg_1'), ended('chg_1'), concluded('chg_1', outcome, code))).toEqual(
      [],
    );
  });

  it('are none where a round handed nothing in, or a change only says that it is of a task', () => {
    const back = [begun(1), proposed('chg_1'), ended('chg_1'), concluded('chg_1', 'refused')] as const;
    expect(refused(...back, begun(2), ended(null))).toEqual([]);
    const other = ['change.proposed', { source: 'agent:x', record: { task: 'a-1' } }, 'chg_9'] as const;
    expect(refused(other, concluded('chg_9', 'refused'))).toEqual([]);
  });

  it('are the same however they are folded', () => {
    const all = entries(begun(1), ended('chg_1'), begun(2), ended('chg_2'));
    for (const cut of all.keys())
      expect(foldTasks(all, foldTasks(all.slice(0, cut)))).toEqual(foldTasks(all));
  });
});
