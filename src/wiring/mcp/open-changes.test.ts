import { describe, expect, it } from 'vitest';
import { concluded, ledgerOf, merged, proposed, type Told } from '../../testing/told-journal.ts';
import { mayEnterAs, openAtOnce, submitPerDay } from './open-changes.ts';

const me = { source: 'agent:codex', ref: 'refs/heads/new' };

/** Entries are an hour apart, from midnight of 2026. */
const at = (hours: number) => new Date(Date.UTC(2026, 0, 1, hours));

function changes(count: number, source = me.source, outcome?: string): readonly Told[] {
  return Array.from({ length: count }, (_, index) => {
    const id = `${source} ${index}`;
    return outcome === undefined ? [proposed(id, source)] : [proposed(id, source), concluded(id, outcome)];
  }).flat();
}

const codeOf = (told: readonly Told[], now: Date, ref = me.ref) => {
  try {
    mayEnterAs({ ...me, ref }, ledgerOf(...told), now);
    return 'enters';
  } catch (thrown) {
    return (thrown as { code: string }).code;
  }
};

describe('how much one agent may hand in', () => {
  it('is bounded by what is under way, of its own', () => {
    const now = at(1_000);
    expect(codeOf(changes(openAtOnce - 1), now)).toBe('enters');
    expect(codeOf(changes(openAtOnce), now)).toBe('agent.too-many-open');
    expect(codeOf([...changes(openAtOnce, 'agent:other'), ...changes(3)], now)).toBe('enters');
    expect(codeOf(changes(openAtOnce, me.source, 'refused'), now)).toBe('enters');
  });

  it('does not count what it supersedes, unless that is merged', () => {
    const told = changes(openAtOnce);
    const { ref } = (told[0]?.[2] ?? {}) as { ref: string };
    expect(codeOf(told, at(1_000), ref)).toBe('enters');
    const all = told.flatMap((one) => [one, merged(one[1] ?? '')]);
    expect(codeOf(all, at(1_000), ref)).toBe('agent.too-many-open');
  });

  it('is bounded by the day, whatever became of it', () => {
    // One each two hours, proposed and superseded: the last day holds twelve of them.
    const told = changes(submitPerDay, me.source, 'superseded');
    expect(codeOf(told, at(told.length))).toBe('enters');
    const atOnce = ledgerOf(...told);
    const moment = at(5).toISOString();
    const crowd = new Map([...atOnce.changes].map(([id, one]) => [id, { ...one, proposedAt: moment }]));
    const enter =
      (now: Date, known = crowd) =>
      () =>
        mayEnterAs(me, { ...atOnce, changes: known }, now);
    expect(enter(at(6))).toThrow(/at most 100 changes of agent:codex in 24 hours/);
    expect(enter(at(28.9))).toThrow(expect.objectContaining({ code: 'agent.too-many-today' }));
    expect(enter(at(29))).not.toThrow();
    expect(enter(at(6), new Map([...crowd].slice(1)))).not.toThrow();
  });
});
