import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PackageChange } from '../domain/change.ts';
import type { Entry } from '../domain/journal.ts';
import type { JsonObject } from '../domain/json.ts';
import { sampleProposal } from '../testing/stage-bench.ts';
import {
  emptyLedger,
  foldLedger,
  foreignCommits,
  inProduction,
  type Ledger,
  ledgerTypes,
  mergedSince,
  pendingRevert,
  poisonedCommits,
  rememberedVersions,
} from './ledger.ts';

type Told = readonly [type: string, change: string | undefined, data: JsonObject];

/** Entries an hour apart, from midnight. */
function journal(...told: readonly Told[]): readonly Entry[] {
  return told.map(([type, change, data], index) => ({
    index,
    at: new Date(Date.UTC(2026, 0, 1, index)).toISOString(),
    type,
    ...(change === undefined ? {} : { change }),
    actor: 'test',
    data,
  }));
}
const ledgerOf = (...told: readonly Told[]): Ledger => foldLedger(journal(...told));

const proposed = (change: string, source = 'agent:dependency'): Told => [
  'change.proposed',
  change,
  { ...sampleProposal, source },
];
const finished = (change: string, stage: string, data: JsonObject): Told => [
  'stage.finished',
  change,
  { stage, data },
];
const classified = (change: string, packages: readonly PackageChange[] = []): Told =>
  finished(change, 'classify', { class: 'dependency-patch', packages: packages.map((one) => ({ ...one })) });
const merged = (change: string): Told => finished(change, 'merge', { commit: `m-${change}`, onto: 'base' });
const released = (change: string): Told =>
  finished(change, 'release', { deploys: true, service: 'shop', digest: `d-${change}`, stable: 'd0' });
const promoted = (change: string): Told => finished(change, 'rollout', { ran: true });
const concluded = (change: string, outcome: string): Told => [
  'change.concluded',
  change,
  { outcome, code: `x.${outcome}`, reasons: [] },
];
const adopted: Told = ['service.stable', undefined, { service: 'shop', commit: 'c0', digest: 'd0' }];
const pkg = (name: string, over: Partial<PackageChange> = {}): PackageChange => ({
  name,
  path: `node_modules/${name}`,
  from: '1.0.0',
  to: '1.0.1',
  direct: true,
  ...over,
});

describe('what production runs', () => {
  it('is what was adopted, until a rollout was promoted', () => {
    const before = [adopted, proposed('a'), merged('a'), released('a')] as const;
    expect(ledgerOf(...before).stable).toEqual({ service: 'shop', commit: 'c0', digest: 'd0' });
    const after = ledgerOf(...before, promoted('a'), concluded('a', 'landed'));
    expect(after.stable).toMatchObject({ service: 'shop', commit: 'm-a', digest: 'd-a' });
    expect(after.previousDigest).toBe('d0');
  });

  it('stays when the rollout had nothing to expose, or ended otherwise', () => {
    const none = finished('a', 'rollout', { ran: false, why: 'nothing' });
    const held = ledgerOf(adopted, proposed('a'), merged('a'), released('a'), none, concluded('a', 'held'));
    expect(held.stable?.digest).toBe('d0');
    expect(held.previousDigest).toBeNull();
  });

  it('moves to the merge when what was built runs already, and only then', () => {
    const report = (sameAsStable: boolean) =>
      finished('a', 'release', { deploys: false, why: '', sameAsStable });
    const same = ledgerOf(adopted, proposed('a'), merged('a'), report(true));
    expect(same).toMatchObject({ stable: { commit: 'm-a', digest: 'd0' }, previousDigest: null });
    expect(ledgerOf(adopted, proposed('a'), merged('a'), report(false)).stable?.commit).toBe('c0');
  });

  it('is nothing while nothing was adopted, whatever is promoted', () => {
    expect(ledgerOf(proposed('a'), merged('a'), released('a'), promoted('a')).stable).toBeNull();
  });

  it('adopted again with the same digest keeps what was before it', () => {
    const ledger = ledgerOf(adopted, proposed('a'), merged('a'), released('a'), promoted('a'), [
      'service.stable',
      undefined,
      { service: 'shop', commit: 'c9', digest: 'd-a' },
    ]);
    expect(ledger).toMatchObject({ stable: { commit: 'c9', digest: 'd-a' }, previousDigest: 'd0' });
  });
});

describe('a line of the ledger', () => {
  it('tells class, merge, digest and end, each when it is known', () => {
    const line = (...told: readonly Told[]) => ledgerOf(proposed('a'), ...told).changes.get('a');
    expect(line()).toMatchObject({ class: null, merge: null, digest: null, conclusion: null });
    expect(line(classified('a'), merged('a'), released('a'), concluded('a', 'held'))).toMatchObject({
      class: 'dependency-patch',
      merge: { commit: 'm-a' },
      mergedAt: '2026-01-01T02:00:00.000Z',
      digest: 'd-a',
      conclusion: { outcome: 'held' },
      concludedAt: '2026-01-01T04:00:00.000Z',
    });
  });

  it('forgets its class when the change lost a race', () => {
    const raced = ledgerOf(proposed('a'), classified('a', [pkg('ejs')]), ['stage.raced', 'a', {}]);
    expect(raced.changes.get('a')).toMatchObject({ class: null, packages: [] });
  });

  it('is only there for what was proposed', () => {
    expect(ledgerOf(merged('a'), concluded('a', 'landed')).changes.size).toBe(0);
  });
});

describe('what has the right of way', () => {
  it('is a change that is merged and not concluded', () => {
    const told = [proposed('a'), proposed('b'), merged('b')] as const;
    expect(inProduction(ledgerOf(proposed('a')))).toBeUndefined();
    expect(inProduction(ledgerOf(...told))?.id).toBe('b');
    expect(inProduction(ledgerOf(...told, concluded('b', 'landed')))).toBeUndefined();
  });

  it('is a revert that has not landed', () => {
    const told = [proposed('a'), proposed('r', 'agent:revert')] as const;
    expect(pendingRevert(ledgerOf(...told))?.id).toBe('r');
    expect(pendingRevert(ledgerOf(...told, concluded('r', 'held')))).toBeUndefined();
  });
});

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
});

describe('commits', () => {
  const ledger = ledgerOf(
    ...['l', 'r', 'h', 'u'].flatMap((id) => [proposed(id), merged(id)]),
    concluded('l', 'landed'),
    concluded('r', 'rolled-back'),
    concluded('h', 'held'),
  );

  it('are poisoned when they were rolled back', () => {
    expect([...poisonedCommits(ledger)]).toEqual(['m-r']);
  });

  it('are foreign unless they landed', () => {
    expect(foreignCommits(ledger, ['m-l', 'm-r', 'm-h', 'm-u', 'x'])).toEqual(['m-r', 'm-h', 'm-u', 'x']);
  });
});

it('counts what merged within a time, the moment itself too', () => {
  const ledger = ledgerOf(proposed('a'), merged('a'), proposed('b'), merged('b'));
  const since = (hour: number) =>
    mergedSince(ledger, new Date(Date.UTC(2026, 0, 1, hour))).map(({ id }) => id);
  expect([since(0), since(1), since(2), since(4)]).toEqual([['a', 'b'], ['a', 'b'], ['b'], []]);
});

describe('any journal', () => {
  const id = fc.constantFrom('a', 'b', 'c');
  const told: fc.Arbitrary<Told> = fc.oneof(
    id.map((change) => proposed(change)),
    id.map((change) => classified(change)),
    id.map(merged),
    id.map(released),
    id.map(promoted),
    fc
      .tuple(id, fc.constantFrom('landed', 'held', 'rolled-back'))
      .map(([change, how]) => concluded(change, how)),
    id.map((change): Told => ['stage.raced', change, {}]),
    id.map((change): Told => ['effect.done', change, { key: 'k' }]),
    fc.constant(adopted),
  );

  it('folds the same in one piece and in two, and reading it again alters nothing', () => {
    fc.assert(
      fc.property(fc.array(told, { maxLength: 40 }), fc.nat(), (list, at) => {
        const entries = journal(...list);
        const cut = at % (entries.length + 1);
        const whole = foldLedger(entries);
        expect(foldLedger(entries.slice(cut), foldLedger(entries.slice(0, cut)))).toEqual(whole);
        expect(foldLedger(entries, whole)).toEqual(whole);
      }),
    );
  });

  it('says the same when only the types are read that a ledger is folded from', () => {
    fc.assert(
      fc.property(fc.array(told, { maxLength: 40 }), (list) => {
        const entries = journal(...list);
        const { upTo: _, ...all } = foldLedger(entries);
        const { upTo: __, ...few } = foldLedger(entries.filter(({ type }) => ledgerTypes.includes(type)));
        expect(few).toEqual(all);
      }),
    );
  });

  it('never alters a ledger that was folded before', () => {
    fc.assert(
      fc.property(fc.array(told, { maxLength: 20 }), fc.array(told, { maxLength: 20 }), (first, more) => {
        const entries = journal(...first, ...more);
        const before = foldLedger(entries.slice(0, first.length), emptyLedger);
        const copy = structuredClone(before);
        foldLedger(entries, before);
        expect(before).toEqual(copy);
      }),
    );
  });
});
