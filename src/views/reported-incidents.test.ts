import { describe, expect, it } from 'vitest';
import { concluded, journal, ledgerOf, proposed, type Told } from '../testing/told-journal.ts';
import { foldReported, reportedState, toInquire } from './reported-incidents.ts';

const opened = (incident: string, check: string | null = 'true'): Told => [
  'incident.opened',
  undefined,
  { incident, reason: '500s', service: 'shop', since: 's', began: 'b', check, key: null },
];
const inquired = (incident: string, code: string, more: object = {}): Told => [
  'incident.inquired',
  undefined,
  { incident, code, reason: 'r', culprit: null, proposed: null, takenBack: null, measured: [], ...more },
];
const closed = (incident: string): Told => ['incident.closed', undefined, { incident, reason: 'over' }];
const reported = (...told: readonly Told[]) => foldReported(journal(...told));
const stateAfter = (told: readonly Told[], ...changes: readonly Told[]) => {
  const incident = reported(opened('inc_1'), ...told).get('inc_1');
  if (incident === undefined) throw new Error('not opened');
  return reportedState(incident, ledgerOf(...changes));
};

describe('a reported incident', () => {
  it('is open, until what takes it back has landed or somebody closes it', () => {
    const found = [inquired('inc_1', 'revert.proposed', { proposed: 'chg_r' })];
    const revert = proposed('chg_r', 'agent:revert');
    expect(stateAfter([])).toBe('open');
    expect(stateAfter([inquired('inc_1', 'revert.quota')])).toBe('open');
    expect(stateAfter(found, revert)).toBe('mending');
    expect(stateAfter(found, revert, concluded('chg_r', 'landed'))).toBe('resolved');
    expect(stateAfter(found, revert, concluded('chg_r', 'held'))).toBe('open');
    expect(stateAfter([closed('inc_1')])).toBe('resolved');
  });

  it('is over by a change under way only once that is rolled back', () => {
    const found = [inquired('inc_1', 'revert.under-way', { takenBack: 'chg_a' })];
    expect(stateAfter(found, proposed('chg_a'))).toBe('mending');
    expect(stateAfter(found, proposed('chg_a'), concluded('chg_a', 'rolled-back'))).toBe('resolved');
    expect(stateAfter(found, proposed('chg_a'), concluded('chg_a', 'landed'))).toBe('open');
  });

  it('keeps what takes it back, whatever a later inquiry finds', () => {
    const first = inquired('inc_1', 'revert.proposed', { proposed: 'chg_r' });
    const told = [first, inquired('inc_1', 'revert.known')];
    expect(stateAfter(told, proposed('chg_r', 'agent:revert'))).toBe('mending');
  });

  it('is not made of entries about none', () => {
    expect([...reported(inquired('inc_1', 'x'), closed('inc_1')).keys()]).toEqual([]);
  });
});

describe('what a scan looks into', () => {
  const ids = (hasCheck: boolean, ...told: readonly Told[]) => idsFrom(0, hasCheck, ...told);
  /** Entries are an hour apart, from midnight. */
  const idsFrom = (hour: number, hasCheck: boolean, ...told: readonly Told[]) => {
    const from = new Date(Date.UTC(2026, 0, 1, hour));
    return toInquire(reported(...told), ledgerOf(), { hasCheck, from }).map(({ id }) => id);
  };

  it('is what nobody has looked into, or what may be found another day', () => {
    const told = [
      ...['inc_1', 'inc_2', 'inc_3', 'inc_4'].map((id) => opened(id)),
      inquired('inc_1', 'revert.quota'),
      inquired('inc_2', 'revert.before-window'),
      closed('inc_3'),
    ];
    expect(ids(false, ...told)).toEqual(['inc_1', 'inc_4']);
  });

  it('is not what was opened long ago', () => {
    expect(idsFrom(1, false, opened('inc_1'), opened('inc_2'))).toEqual(['inc_2']);
  });

  it('names a check, or the configuration does', () => {
    expect(ids(false, opened('inc_1', null))).toEqual([]);
    expect(ids(true, opened('inc_1', null))).toEqual(['inc_1']);
  });
});
