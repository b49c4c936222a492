import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../config/config.ts';
import type { Entry } from '../domain/journal.ts';
import { dueTasks } from './due-tasks.ts';
import { foldLedger } from './ledger.ts';
import { foldTasks } from './tasks.ts';

const nightly = `agent: claude, text: Mend it, days: [mon-fri], from: "02:00", to: "04:00", until: "2026-12-24T00:00:00Z"`;
function scheduled(more = '') {
  const text = `version: 1\nagents: { command: { claude: {} }, tasks: { scheduled: { nightly: { ${nightly}${more} } } } }`;
  return parseConfig(text, 'test.yaml').agents.tasks.scheduled;
}

type Begun = {
  readonly at: string;
  readonly from?: string;
  readonly change?: string | null;
  readonly ends?: boolean;
};

function due(now: string, begun: readonly Begun[] = [], more = ''): readonly string[] {
  const entries: Entry[] = begun.flatMap(({ at, from = 'nightly', change = null, ends = true }, n) => {
    const task = `model-${n}`;
    const first = { type: 'task.begun', data: { task, agent: 'model', from, round: 1 } };
    const proposed = { type: 'change.proposed', change: change ?? '', data: {} };
    const last = { type: 'task.ended', data: { task, change } };
    const made = [first, ...(change === null ? [] : [proposed]), ...(ends ? [last] : [])];
    return made.map((one, k) => ({ ...one, at, actor: 'x', index: n * 3 + k }));
  });
  const known = { tasks: foldTasks(entries), ledger: foldLedger(entries) };
  return dueTasks(scheduled(more), known, new Date(now));
}

describe('scheduled tasks', () => {
  it.each<[string, string, readonly Begun[], string]>([
    ['before its window', '2026-12-01T01:59:59Z', [], ''],
    ['after it', '2026-12-01T04:00:00Z', [], ''],
    ['on another day', '2026-12-05T03:00:00Z', [], ''],
    ['after its end', '2026-12-24T03:00:00Z', [], ''],
    ['twice in a window', '2026-12-01T03:59:00Z', [{ at: '2026-12-01T02:00:00Z' }], ''],
    ['while one is at it', '2026-12-02T03:00:00Z', [{ at: '2026-12-01T03:00:00Z', ends: false }], ''],
    [
      'while its change is under way',
      '2026-12-02T03:00:00Z',
      [{ at: '2026-12-01T03:00:00Z', change: 'c' }],
      '',
    ],
    ['over its number', '2026-12-02T03:00:00Z', [{ at: '2026-12-01T03:00:00Z' }], ', most: 1'],
  ])('are not begun %s', (_what, now, begun, more) => {
    expect(due(now, begun, more)).toEqual([]);
  });

  it('are begun once in a window, whatever others do', () => {
    expect(due('2026-12-01T02:00:00Z')).toEqual(['nightly']);
    expect(due('2026-12-02T02:00:00Z', [{ at: '2026-12-01T03:59:00Z' }])).toEqual(['nightly']);
    expect(due('2026-12-01T03:00:00Z', [{ at: '2026-12-01T02:00:00Z', from: 'person' }])).toEqual([
      'nightly',
    ]);
  });

  it('are begun once a night, however often somebody looks', () => {
    const looks = fc.array(fc.integer({ min: 0, max: 7 * 24 * 60 }), { maxLength: 60 });
    fc.assert(
      fc.property(looks, (minutes) => {
        const begun: Begun[] = [];
        for (const minute of minutes.sort((a, b) => a - b)) {
          const at = new Date(Date.parse('2026-11-30T00:00:00Z') + minute * 60_000).toISOString();
          if (due(at, begun).length > 0) begun.push({ at });
        }
        const nights = begun.map(({ at }) => at.slice(0, 10));
        expect(new Set(nights).size).toBe(nights.length);
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ['a window of more than 8 hours', ', from: "00:00", to: "09:00"'],
    ['a window that ends before it begins', ', from: "05:00", to: "04:00"'],
  ])('are refused with %s', (_what, more) => {
    const text = nightly.replace(/, from: .*?, to: "04:00"/, more);
    expect(() =>
      parseConfig(
        `version: 1\nagents: { command: { claude: {} }, tasks: { scheduled: { n: { ${text} } } } }`,
        'test.yaml',
      ),
    ).toThrow(/at most 8 hours/);
  });
});
