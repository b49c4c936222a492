import { describe, expect, it } from 'vitest';
import type { ChangeClass } from '../domain/change.ts';
import type { JsonObject } from '../domain/json.ts';
import {
  adopted,
  classified,
  concluded,
  finished,
  ledgerOf,
  merged,
  pkg,
  promoted,
  proposed,
  released,
  type Told,
} from '../testing/told-journal.ts';
import { foreignCommits, poisonedCommits, rememberedVersions, turnedAwayTogether } from './proved.ts';

const landed = (change: string, as?: ChangeClass): readonly Told[] => [
  proposed(change),
  classified(change, [pkg('ejs')], as),
  merged(change),
  released(change),
  promoted(change),
  concluded(change, 'landed'),
];
/** A landed revert of that change. */
const takenBack = (change: string): readonly Told[] => [
  proposed(`r-${change}`, 'agent:revert', { reverts: `m-${change}` }),
  classified(`r-${change}`, [], 'revert'),
  merged(`r-${change}`),
  concluded(`r-${change}`, 'landed'),
];

describe('remembered versions', () => {
  const told = [
    proposed('a'),
    classified('a', [pkg('ejs'), pkg('jake', { direct: false }), pkg('gone', { to: null })]),
  ] as const;

  it.each([
    ['refused', 1],
    ['rolled-back', 1],
    ['held', 0],
    ['landed', 0],
    ['superseded', 0],
  ])('of a change that was %s: %i', (outcome, count) => {
    const remembered = rememberedVersions(ledgerOf(...told, concluded('a', outcome)));
    const ejs = { name: 'ejs', version: '1.0.1', code: `x.${outcome}`, change: 'a' };
    expect(remembered).toEqual(count === 0 ? [] : [ejs]);
  });

  it('are none while it is under way', () => {
    expect(rememberedVersions(ledgerOf(...told))).toEqual([]);
  });

  it('are those that landed and were taken back, once the revert has landed', () => {
    expect(rememberedVersions(ledgerOf(...landed('a')))).toEqual([]);
    expect(rememberedVersions(ledgerOf(...landed('a'), ...takenBack('a').slice(0, 3)))).toEqual([]);
    expect(rememberedVersions(ledgerOf(...landed('a'), ...takenBack('a')))).toMatchObject([
      { name: 'ejs', code: 'change.taken-back', change: 'a' },
    ]);
  });

  it('are none for what says nothing about the version', () => {
    const young = concluded('a', 'refused', 'release-age.too-young');
    expect(rememberedVersions(ledgerOf(...told, young))).toEqual([]);
    const others = [proposed('a'), classified('a', [pkg('ejs')], 'other')] as const;
    expect(rememberedVersions(ledgerOf(...others, concluded('a', 'refused')))).toEqual([]);
  });
});

describe('versions of several packages', () => {
  const update = (name: string) => ({ package: name, from: '1.0.0', to: '1.0.1', kind: 'patch' });
  const versions = ['a', 'b'].map((name) => ({ name, version: '1.0.1' }));
  const told = (source: string, record: JsonObject, as?: ChangeClass) =>
    ledgerOf(
      proposed('g', source, record),
      classified('g', [pkg('a'), pkg('b')], as),
      concluded('g', 'refused'),
    );

  it.each([
    ['a group', told('agent:dependency', { group: 'all', updates: [update('a'), update('b')] })],
    ['a group in no class', told('agent:dependency', { updates: [update('a'), update('b')] }, 'other')],
    ['a change of somebody else', told('agent:claude', {})],
  ])('in %s are to blame together, and none of them by itself', (_what, ledger) => {
    expect(rememberedVersions(ledger)).toEqual([]);
    expect(turnedAwayTogether(ledger)).toMatchObject([{ change: 'g', code: 'x.refused', versions }]);
  });

  it('are to blame where one was asked for, and npm moved the other with it', () => {
    const ledger = told('agent:dependency', update('a'));
    expect(rememberedVersions(ledger)).toMatchObject(versions);
    expect(turnedAwayTogether(ledger)).toEqual([]);
  });

  it('are each turned away where a person cancelled them', () => {
    const record = { updates: [update('a'), update('b')] };
    const cancel = concluded('g', 'held', 'change.cancel');
    const told = [proposed('g', 'agent:dependency', record), classified('g', [pkg('a'), pkg('b')])];
    expect(rememberedVersions(ledgerOf(...told, cancel))).toMatchObject(versions);
    expect(turnedAwayTogether(ledgerOf(...told, cancel))).toEqual([]);
    expect(rememberedVersions(ledgerOf(...told, concluded('g', 'held', 'policy.level-observe')))).toEqual([]);
  });

  it('say nothing where the day is to blame', () => {
    const record = { updates: [update('a'), update('b')] };
    const young = concluded('g', 'refused', 'release-age.too-young');
    const ledger = ledgerOf(proposed('g', 'agent:dependency', record), classified('g', [pkg('a')]), young);
    expect([...rememberedVersions(ledger), ...turnedAwayTogether(ledger)]).toEqual([]);
  });
});

describe('commits', () => {
  const ledger = ledgerOf(
    adopted,
    ...landed('l'),
    ...['r', 'h', 'u'].flatMap((id) => [proposed(id), merged(id)]),
    concluded('r', 'rolled-back'),
    concluded('h', 'held'),
  );

  it('are poisoned when they were rolled back, or landed and were taken back', () => {
    expect([...poisonedCommits(ledger)]).toEqual(['m-r']);
    expect([...poisonedCommits(ledgerOf(...landed('l'), ...takenBack('l')))]).toEqual(['m-l']);
  });

  it('are foreign unless they landed', () => {
    expect(foreignCommits(ledger, ['m-l', 'm-r', 'm-h', 'm-u', 'x'])).toEqual(['m-r', 'm-h', 'm-u', 'x']);
  });

  it.each([
    ['dependency-minor', ['m-a']],
    ['lint', ['m-a']],
    ['docs', []],
  ] as const)('that the policy let merge and not deploy, of class %s: foreign %j', (as, foreign) => {
    const why = 'the policy lets it merge, not deploy';
    const dark = finished('a', 'release', { deploys: false, why, sameAsStable: false });
    const none = finished('a', 'rollout', { ran: false, why });
    const told = [proposed('a'), classified('a', [], as), merged('a'), dark, none, concluded('a', 'landed')];
    expect(foreignCommits(ledgerOf(...told), ['m-a'])).toEqual(foreign);
  });

  it('are proved when their tree is the one that runs', () => {
    const same = finished('a', 'release', { deploys: false, why: '', sameAsStable: true });
    const told = [adopted, proposed('a'), classified('a'), merged('a'), same, concluded('a', 'landed')];
    expect(foreignCommits(ledgerOf(...told), ['m-a'])).toEqual([]);
  });
});
