import { describe, expect, it } from 'vitest';
import { concluded, ledgerOf, proposed } from '../testing/told-journal.ts';
import { overtakenCode } from './ledger.ts';
import { heldUpdates, openUpdates, proposedOverrides, updatesOf, updatesProposedAt } from './updates.ts';

const update = (name: string) => ({ package: name, from: '1.0.0', to: '1.0.1', kind: 'patch' });
const dependency = 'agent:dependency';

describe('updates', () => {
  const group = { group: 'all', updates: [update('a'), update('b')], base: 'tip' };

  it('are one for a package, several for a group, and none of anybody else or of nonsense', () => {
    const of = (record: Parameters<typeof updatesOf>[0]['record'], source = dependency) =>
      updatesOf({ source, record }).map(({ name, to }) => `${name}@${to}`);
    expect(of(update('a'))).toEqual(['a@1.0.1']);
    expect(of(group)).toEqual(['a@1.0.1', 'b@1.0.1']);
    expect(of(update('a'), 'agent:claude')).toEqual([]);
    for (const updates of [[null], ['a'], [{ package: 1, to: '1' }], {}]) expect(of({ updates })).toEqual([]);
  });

  it('are open until their change has ended, and held with the commit that they were made from', () => {
    const told = [proposed('g', dependency, group)] as const;
    expect(openUpdates(ledgerOf(...told))).toEqual([
      { name: 'a', version: '1.0.1', change: 'g' },
      { name: 'b', version: '1.0.1', change: 'g' },
    ]);
    const held = ledgerOf(...told, concluded('g', 'held'));
    expect(openUpdates(held)).toEqual([]);
    expect(heldUpdates(held)).toMatchObject([
      { name: 'a', to: '1.0.1', base: 'tip', change: 'g' },
      { name: 'b', to: '1.0.1', base: 'tip', change: 'g' },
    ]);
  });

  it('may have been written as overrides, whatever became of them', () => {
    const overrides = [{ name: 'app', range: '1.0.0' }, null, { name: 'x' }];
    const told = [
      proposed('a', dependency, { ...update('kit'), overrides }),
      proposed('b', dependency, update('ejs')),
      proposed('c', 'agent:claude', { ...update('kit'), overrides }),
    ] as const;
    expect(proposedOverrides(ledgerOf(...told, concluded('a', 'held')))).toEqual([
      { name: 'kit', version: '1.0.1', below: 'app', range: '1.0.0' },
    ]);
  });

  it('count for the day once each, but for fixes and what is made anew', () => {
    const ledger = ledgerOf(
      proposed('g', dependency, group),
      proposed('old', dependency, update('c')),
      proposed('fix', dependency, { ...update('d'), fixes: ['GHSA-1'] }),
      proposed('else', 'agent:docs', update('e')),
      concluded('old', 'superseded', overtakenCode),
    );
    expect(updatesProposedAt(ledger)).toEqual([ledger.changes.get('g')?.proposedAt]);
  });
});
