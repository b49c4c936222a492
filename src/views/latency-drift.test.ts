import { describe, expect, it } from 'vitest';
import { lookNote } from '../domain/exposure.ts';
import type { Entry } from '../domain/journal.ts';
import { latencyDrifts } from './latency-drift.ts';
import { foldLedger } from './ledger.ts';

type Seen = {
  readonly base: number;
  readonly now: number;
  readonly users?: number;
  readonly outcome?: string;
};

function journalOf(seen: readonly Seen[]): readonly Entry[] {
  let index = 0;
  const entry = (type: string, change: string, data: object) =>
    ({ index: index++, at: '2026-02-01T00:00:00.000Z', actor: 'test', type, change, data }) as Entry;
  return seen.flatMap(({ base, now, users = 500, outcome = 'landed' }, at) => {
    const change = `chg_${at}`;
    const counts = { canary: users, canaryP50: now, baseline: users, baselineP50: base };
    return [
      entry('change.proposed', change, {
        source: 'person:a',
        title: 't',
        head: 'h',
        ref: 'r',
        target: 'main',
        record: {},
      }),
      entry('stage.finished', change, {
        stage: 'release',
        data: { deploys: true, service: 'shop', digest: 'd' },
      }),
      entry('stage.noted', change, { stage: 'rollout', note: lookNote, data: { evidence: [] } }),
      entry('stage.noted', change, {
        stage: 'rollout',
        note: lookNote,
        data: { evidence: [{ test: 'rollback.latency', counts }] },
      }),
      entry('change.concluded', change, { outcome, code: 'landed', reasons: [] }),
    ];
  });
}
const drifts = (...seen: readonly Seen[]) => {
  const entries = journalOf(seen);
  return latencyDrifts(entries, foldLedger(entries));
};

describe('a drift of latency', () => {
  it('is what versions add up to, with the change that added most', () => {
    expect(drifts({ base: 100, now: 119 }, { base: 119, now: 168 }, { base: 168, now: 168 })).toMatchObject([
      { service: 'shop', from: 100, to: 168, changes: 3, worst: { change: 'chg_1' } },
    ]);
  });

  it('is none of the hour, of one bucket, of few users, nor of what was taken back', () => {
    expect(drifts({ base: 100, now: 100 }, { base: 200, now: 200 })).toEqual([]);
    expect(drifts({ base: 100, now: 119 })).toEqual([]);
    expect(drifts({ base: 100, now: 119 }, { base: 100, now: 119 }, { base: 100, now: 119 })).toEqual([]);
    expect(drifts({ base: 100, now: 200, users: 20 })).toEqual([]);
    expect(drifts({ base: 100, now: 200, outcome: 'rolled-back' })).toEqual([]);
    expect(drifts({ base: 100, now: 200 }, { base: 200, now: 100 })).toEqual([]);
  });
});
