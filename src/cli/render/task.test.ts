import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { TaskStatus, TaskView } from '../../views/task-view.ts';
import { renderMending, renderTaskOf, taskInShort } from './task.ts';

const flat = (lines: readonly string[]) =>
  stripVTControlCharacters(lines.join(' ')).replaceAll(/\s+/g, ' ').trim();
const task: TaskView = {
  ...{ task: 'claude-1', agent: 'claude', from: 'person', cause: null },
  ...{ round: 1, rounds: 1, givenUp: null },
};
const issue = { kind: 'issue', issue: 'acme/shop#1', label: 'autoland', author: 'carol' } as const;

describe('where a change came from', () => {
  it.each<[string, Partial<TaskView>, string]>([
    ['a person', {}, 'made in the task claude-1 of claude, given by a person'],
    ['a schedule', { from: 'nightly' }, 'made in the task claude-1 of claude, begun by the rule nightly'],
    [
      'an issue',
      { from: 'bugs', cause: { ...issue, labelledBy: 'alice' } },
      'made in the task claude-1 of claude, begun by the rule bugs for acme/shop#1, labelled by alice, whose words are data',
    ],
    [
      'a refusal, in its second round',
      {
        from: 'mend',
        round: 2,
        rounds: 2,
        cause: { kind: 'refusal', change: 'chg_1', codes: ['tests.failed'] },
      },
      'made in the task claude-1 of claude, begun by the rule mend for chg_1, which was turned away for tests.failed, round 2 of 2',
    ],
    [
      'a task that is given up',
      { givenUp: 'refused 3 times' },
      'made in the task claude-1 of claude, given by a person that task is given up: refused 3 times',
    ],
  ])('is told of %s', (_what, more, said) => {
    expect(flat(renderTaskOf({ task: { ...task, ...more } }))).toBe(said);
  });

  it('is not told where it was no task', () => {
    expect(renderTaskOf({ task: null })).toEqual([]);
    expect(renderMending({ mending: null })).toEqual([]);
  });

  it('is told of what was turned away, and who mends it', () => {
    const mending = { task: 'claude-1', agent: 'claude', from: 'mend', givenUp: null, change: 'chg_2' };
    const said = 'by the rule mend claude was asked to mend it in the task claude-1, which handed in chg_2';
    expect(flat(renderMending({ mending }))).toBe(said);
    expect(flat(renderMending({ mending: { ...mending, change: null, givenUp: 'it cannot' } }))).toBe(
      'by the rule mend claude was asked to mend it in the task claude-1; given up: it cannot',
    );
  });
});

it('is one line of status for each', () => {
  const line: TaskStatus = {
    ...{ task: 'claude-1', agent: 'claude', from: 'bugs', rounds: 2, change: 'chg_1', at: '', why: null },
    ...{ about: 'acme/shop#1', state: 'working' },
  };
  expect(taskInShort(line)).toBe('claude-1 for acme/shop#1: claude is at it, round 2');
  expect(taskInShort({ ...line, state: 'checked' })).toBe('claude-1 for acme/shop#1: chg_1 is under way');
  expect(taskInShort({ ...line, about: null, state: 'given up', why: 'no' })).toBe('claude-1: given up: no');
});
