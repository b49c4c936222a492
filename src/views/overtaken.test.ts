import { describe, expect, it } from 'vitest';
import { concluded, journal, proposed, type Told } from '../testing/told-journal.ts';
import { foldLedger, overtakenCode } from './ledger.ts';
import { foldOvertaken } from './overtaken.ts';

describe('overtaken packages', () => {
  const update = (change: string, name: string) =>
    proposed(change, 'agent:dependency', { package: name, from: '1.0.0', to: '1.0.1' });
  const lost = (change: string): Told => [
    'change.concluded',
    change,
    { outcome: 'superseded', code: overtakenCode, reasons: [] },
  ];
  const scanned = (knownUpTo: number, handled: string[]): Told => [
    'agents.scanned',
    undefined,
    { proposed: 0, knownUpTo, handled },
  ];
  const two = [update('a', 'ejs'), update('b', 'ms')] as const;
  function left(...told: readonly Told[]) {
    const entries = journal(...told);
    const ledger = foldLedger(entries);
    const whole = foldOvertaken(entries, ledger);
    const half = foldOvertaken(entries.slice(0, 3), ledger);
    expect(foldOvertaken(entries.slice(3), ledger, half)).toEqual(whole);
    return Object.fromEntries(whole.packages);
  }

  it('are left until a scan has dealt with them', () => {
    expect(left(...two, lost('a'), lost('b'))).toEqual({ ejs: 2, ms: 3 });
    expect(left(...two, lost('a'), lost('b'), scanned(3, ['ejs']))).toEqual({ ms: 3 });
    expect(left(...two, concluded('a', 'held'), concluded('b', 'landed'))).toEqual({});
  });

  it('are left when that was while the scan went on', () => {
    expect(left(...two, lost('a'), lost('b'), scanned(2, ['ejs', 'ms']))).toEqual({ ms: 3 });
    expect(left(...two, lost('a'), update('c', 'ejs'), lost('c'), scanned(2, ['ejs']))).toEqual({ ejs: 4 });
  });

  it('are all those of a group', () => {
    const updates = ['ejs', 'ms'].map((name) => ({ package: name, from: '1.0.0', to: '1.0.1' }));
    const group = proposed('g', 'agent:dependency', { group: 'all', updates });
    expect(left(proposed('x'), group, lost('g'))).toEqual({ ejs: 2, ms: 2 });
  });

  it('are none after a scan of an earlier version, which did not say', () => {
    const old: Told = ['agents.scanned', undefined, { proposed: 1 }];
    expect(left(...two, lost('a'), old, lost('b'))).toEqual({ ms: 4 });
  });
});
