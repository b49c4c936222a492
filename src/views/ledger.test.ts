import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  adopted,
  classified,
  concluded,
  finished,
  journal,
  ledgerOf,
  merged,
  pkg,
  promoted,
  proposed,
  released,
  type Told,
} from '../testing/told-journal.ts';
import { emptyLedger, foldLedger, inProduction, ledgerTypes, mergedSince, pendingRevert } from './ledger.ts';

const shopOf = (...told: readonly Told[]) => ledgerOf(...told).production.get('shop');

describe('what production runs', () => {
  it('is what was adopted, until a rollout was promoted', () => {
    const before = [adopted, proposed('a'), merged('a'), released('a')] as const;
    expect(shopOf(...before)?.stable).toEqual({ service: 'shop', commit: 'c0', digest: 'd0' });
    const after = shopOf(...before, promoted('a'), concluded('a', 'landed'));
    expect(after?.stable).toMatchObject({ service: 'shop', commit: 'm-a', digest: 'd-a' });
    expect(after?.previous?.digest).toBe('d0');
  });

  it('stays when the rollout had nothing to expose, or ended otherwise', () => {
    const none = finished('a', 'rollout', { ran: false, why: 'nothing' });
    const held = shopOf(adopted, proposed('a'), merged('a'), released('a'), none, concluded('a', 'held'));
    expect(held?.stable.digest).toBe('d0');
    expect(held?.previous).toBeNull();
  });

  it('moves to the merge when what was built runs already, and only then', () => {
    const report = (sameAsStable: boolean) =>
      finished('a', 'release', { deploys: false, why: '', sameAsStable });
    const same = shopOf(adopted, proposed('a'), merged('a'), report(true));
    expect(same).toMatchObject({ stable: { commit: 'm-a', digest: 'd0' }, previous: null });
    expect(shopOf(adopted, proposed('a'), merged('a'), report(false))?.stable.commit).toBe('c0');
  });

  it('is nothing while nothing was adopted, whatever is promoted', () => {
    expect(shopOf(proposed('a'), merged('a'), released('a'), promoted('a'))).toBeUndefined();
  });

  it('adopted again with the same digest keeps what was before it', () => {
    const ledger = shopOf(adopted, proposed('a'), merged('a'), released('a'), promoted('a'), [
      'service.stable',
      undefined,
      { service: 'shop', commit: 'c9', digest: 'd-a' },
    ]);
    expect(ledger).toMatchObject({ stable: { commit: 'c9', digest: 'd-a' }, previous: { digest: 'd0' } });
  });
});

describe('several services', () => {
  const adoptedBy = (service: string): Told => [
    'service.stable',
    undefined,
    { service, commit: 'c0', digest: `${service}-0` },
  ];
  const gets = (service: string, more: object = {}) =>
    finished('a', 'release', {
      deploys: true,
      service,
      digest: `${service}-1`,
      stable: `${service}-0`,
      ...more,
    });
  const both = [adoptedBy('shop'), adoptedBy('admin'), proposed('a'), merged('a')] as const;
  const runs = (...told: readonly Told[]) =>
    [...ledgerOf(...both, ...told).production.values()].map(
      ({ stable }) => `${stable.digest} ${stable.commit}`,
    );

  it('get a change one after the other', () => {
    expect(runs(gets('shop'), promoted('a'))).toEqual(['shop-1 m-a', 'admin-0 c0']);
    const all = [gets('shop'), promoted('a'), gets('admin'), promoted('a')] as const;
    expect(runs(...all, concluded('a', 'landed'))).toEqual(['shop-1 m-a', 'admin-1 m-a']);
    expect(ledgerOf(...both, ...all).changes.get('a')?.releases).toEqual([
      { service: 'shop', digest: 'shop-1' },
      { service: 'admin', digest: 'admin-1' },
    ]);
  });

  it('go on to the commit that builds what they run already, each for itself', () => {
    expect(runs(gets('shop', { same: ['admin'] }))).toEqual(['shop-0 c0', 'admin-0 m-a']);
    expect(runs(finished('a', 'release', { deploys: false, why: '', sameAsStable: true }))).toEqual([
      'shop-0 m-a',
      'admin-0 m-a',
    ]);
  });

  it('have the version before again where it did harm at a later one, and keep it where it was held there', () => {
    const second = [gets('shop', { same: [] }), promoted('a'), gets('admin')] as const;
    expect(runs(...second, concluded('a', 'rolled-back'))).toEqual(['shop-0 c0', 'admin-0 c0']);
    const back = ledgerOf(...both, ...second, concluded('a', 'rolled-back'));
    expect(back.production.get('shop')?.previous).toBeNull();
    expect(runs(...second, concluded('a', 'held'))).toEqual(['shop-1 m-a', 'admin-0 c0']);
  });

  it('are not moved by a rollback of what only builds the same there', () => {
    const told = [gets('shop', { same: ['admin'] }), concluded('a', 'rolled-back')] as const;
    expect(runs(...told)).toEqual(['shop-0 c0', 'admin-0 m-a']);
  });
});

describe('a line of the ledger', () => {
  it('tells class, merge, digest and end, each when it is known', () => {
    const line = (...told: readonly Told[]) => ledgerOf(proposed('a'), ...told).changes.get('a');
    expect(line()).toMatchObject({ class: null, merge: null, releases: [], conclusion: null });
    expect(line(classified('a'), merged('a'), released('a'), concluded('a', 'held'))).toMatchObject({
      class: 'dependency-patch',
      merge: { commit: 'm-a' },
      mergedAt: '2026-01-01T02:00:00.000Z',
      releases: [{ service: 'shop', digest: 'd-a' }],
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
