import { describe, expect, it } from 'vitest';
import type { Entry } from '../domain/journal.ts';
import { issueRule } from '../testing/issue-rule.ts';
import { tellIssues } from './due-issues.ts';
import type { IssueVerdict } from './issue-verdict.ts';
import { foldLedger } from './ledger.ts';
import { foldTasks } from './tasks.ts';

const now = new Date('2026-11-30T12:00:00Z');
const counts = (key: string): IssueVerdict => ({
  ...{ kind: 'counts', key, label: 'autoland', author: 'carol', labelledBy: 'alice' },
});
const issues = [
  { id: 'a#1', verdict: { kind: 'left', code: 'issues.edited', reason: 'It was edited.' } },
  { id: 'a#2', verdict: counts('a#2@1') },
  { id: 'a#3', verdict: counts('a#3@1') },
] as const;

type Begun = {
  readonly key: string;
  readonly from?: string;
  readonly at?: string;
  readonly change?: string | null;
};

function told(begun: readonly Begun[], more = '', at = now) {
  const entries: Entry[] = begun.flatMap((one, n) => {
    const task = `model-${n}`;
    const data = { task, agent: 'model', from: one.from ?? 'bugs', key: one.key, round: 1 };
    const { change } = one;
    const ended = change === undefined ? [] : [{ type: 'task.ended', data: { task, change, why: null } }];
    return [{ type: 'task.begun', data }, ...ended].map((entry, k) => ({
      ...{ ...entry, at: one.at ?? '2026-11-30T11:00:00Z', actor: 'x', index: n * 2 + k },
    }));
  });
  const known = { tasks: foldTasks(entries), ledger: foldLedger(entries), now: at };
  return tellIssues({ name: 'bugs', rule: issueRule(more) }, issues, known).map(({ code }) => code);
}

describe('issues', () => {
  it('are due that count and have had no task as they are', () => {
    expect(told([])).toEqual(['issues.edited', 'issues.due', 'issues.due']);
    expect(told([{ key: 'a#2@1', change: null }])).toEqual(['issues.edited', 'issues.begun', 'issues.due']);
    expect(told([{ key: 'a#2@0', change: null }])[1]).toBe('issues.due');
  });

  it('wait for those before, for another day, and for ever', () => {
    expect(told([{ key: 'x' }])[1]).toBe('issues.at-once');
    expect(told([{ key: 'x', change: 'chg_1' }])[1]).toBe('issues.at-once');
    expect(told([{ key: 'x' }], ', atOnce: 2')[1]).toBe('issues.due');
    const two = [
      { key: 'x', change: null },
      { key: 'y', change: null },
    ];
    expect(told(two, ', perDay: 2')[1]).toBe('issues.per-day');
    expect(told(two, ', perDay: 2', new Date('2026-12-01T11:00:01Z'))[1]).toBe('issues.due');
    expect(told([], '', new Date('2027-01-01T00:00:00Z'))[1]).toBe('issues.ended');
  });

  it('of another rule are none of this one', () => {
    expect(told([{ key: 'a#2@1', from: 'other' }])[1]).toBe('issues.due');
  });
});
