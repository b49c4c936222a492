import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Conclusion } from '../../domain/decision.ts';
import { sampleClassification } from '../../testing/changes.ts';
import { sampleProposal } from '../../testing/stage-bench.ts';
import { emptyLedger, type Ledger, type LedgerChange } from '../../views/ledger.ts';
import type { Production, Stable } from '../../views/production.ts';
import { knownBuilds, nothingToDeploy, releaseObstacle, versionBefore } from './plan.ts';

const merged = (commit: string, outcome: Conclusion['outcome'] | null): LedgerChange => ({
  id: `chg_${commit}`,
  proposal: sampleProposal,
  proposedAt: '2026-01-01T00:00:00.000Z',
  class: 'dependency-patch',
  packages: [],
  tree: null,
  merge: { commit, onto: 'base' },
  mergedAt: '2026-01-01T00:00:00.000Z',
  releases: [],
  codeFlags: [],
  proved: outcome === 'landed',
  conclusion: outcome === null ? null : { outcome, code: 'x.y', reasons: [] },
  concludedAt: null,
});
const ledgerOf = (...changes: readonly LedgerChange[]): Ledger => ({
  ...emptyLedger,
  changes: new Map(changes.map((change) => [change.id, change])),
});

describe('releaseObstacle', () => {
  const ledger = ledgerOf(merged('own', null), merged('landed', 'landed'), merged('bad', 'rolled-back'));
  const facts = { ledger, merge: 'own', reverts: undefined, irreversible: [] };

  it.each([
    [['own'], undefined, undefined],
    [['landed', 'own'], undefined, undefined],
    [['bad', 'own'], undefined, 'release.poisoned'],
    [['stranger', 'own'], undefined, 'release.foreign-commits'],
    [['stranger', 'bad', 'own'], undefined, 'release.poisoned'],
    [['bad', 'own'], 'bad', undefined],
    [['bad', 'stranger', 'own'], 'bad', 'release.foreign-commits'],
  ])('of %j, reverting %s: %s', (since, reverts, code) => {
    expect(releaseObstacle({ ...facts, since, reverts })?.code).toBe(code);
  });

  it('is there for what a rollback does not undo', () => {
    const obstacle = releaseObstacle({ ...facts, since: ['own'], irreversible: ['db/migrations/1.sql'] });
    expect(obstacle).toMatchObject({ outcome: 'held', code: 'release.no-way-back' });
    expect(obstacle?.reasons.join()).toContain('db/migrations/1.sql');
  });

  it('is there for a commit of a change that was held after its merge: nobody has proved it', () => {
    const held = ledgerOf(merged('own', null), merged('held', 'held'));
    const obstacle = releaseObstacle({ ...facts, ledger: held, since: ['held', 'own'] });
    expect(obstacle).toMatchObject({ outcome: 'held', code: 'release.foreign-commits' });
  });

  it('never goes away when one more bad commit is there', () => {
    const commit = fc.constantFrom('own', 'landed', 'bad', 'stranger');
    fc.assert(
      fc.property(fc.array(commit), fc.constantFrom('bad', 'stranger'), fc.nat(), (since, more, at) => {
        const worse = since.toSpliced(at % (since.length + 1), 0, more);
        expect(releaseObstacle({ ...facts, since: worse })).toBeDefined();
      }),
    );
  });
});

const running = (...stables: readonly Stable[]): Ledger => ({
  ...emptyLedger,
  production: new Map(stables.map((stable) => [stable.service, { stable, previous: null }])),
});

describe('nothingToDeploy', () => {
  const stable = { service: 'shop', commit: 'c', tree: 'stable-tree', digest: 'd' };
  const policy = { value: 'permit', codes: [], reasons: [], policyIds: [], policyDigest: '' } as const;
  it.each([
    [['shop'], 'deploy', ['shop'], undefined],
    [['shop', 'admin'], 'deploy', ['shop'], undefined],
    [[], 'deploy', ['shop'], /no service/],
    [['shop'], 'merge', ['shop'], /not deploy/],
    [['shop'], 'observe', ['shop'], /not deploy/],
    [['shop'], 'deploy', [], /adopt/],
    [['shop'], 'deploy', ['admin'], /adopt/],
  ] as const)('configured %j, level %s, adopted %j', (configured, level, adopted, why) => {
    const ledger = running(...adopted.map((service) => ({ ...stable, service })));
    const nothing = nothingToDeploy({ results: { policy: { ...policy, level } } }, configured, ledger);
    if (why === undefined) expect(nothing).toBeUndefined();
    else
      expect(nothing).toMatchObject({ deploys: false, sameAsStable: false, why: expect.stringMatching(why) });
  });

  it.each(['deploy', 'merge'] as const)('moves stable to a branch that is back at it, level %s', (level) => {
    const classify = sampleClassification({ base: 'b', tree: 'stable-tree' }, { class: 'revert' });
    const results = { policy: { ...policy, level }, classify };
    expect(nothingToDeploy({ results }, ['shop'], running(stable))).toMatchObject({
      deploys: false,
      sameAsStable: true,
    });
  });

  it('moves stable only where every service is back at it', () => {
    const classify = sampleClassification({ base: 'b', tree: 'stable-tree' }, { class: 'revert' });
    const results = { policy: { ...policy, level: 'deploy' as const }, classify };
    const admin = { ...stable, service: 'admin', tree: 'another' };
    expect(nothingToDeploy({ results }, ['shop', 'admin'], running(stable, admin))).toBeUndefined();
    expect(nothingToDeploy({ results }, ['shop'], running(stable, admin))).toBeDefined();
  });

  it('deploys nothing that no policy decided', () => {
    expect(nothingToDeploy({ results: {} }, ['shop'], running(stable))).toBeDefined();
  });
});

describe('versionBefore', () => {
  const previous = { service: 'shop', commit: 'c', tree: 't', digest: 'd' };
  const stable = { ...previous, tree: 't2', digest: 'd2' };
  const ledger = { ...emptyLedger, production: new Map([['shop', { stable, previous }]]) };
  const reverting = {
    results: { classify: sampleClassification({ base: 'b', tree: 't' }, { class: 'revert' }) },
  };

  it('is what production ran before, for a revert alone', () => {
    expect(versionBefore(reverting, ledger, 'shop')).toBe(previous);
    expect(versionBefore(reverting, ledger, 'admin')).toBeNull();
    expect(versionBefore(reverting, emptyLedger, 'shop')).toBeNull();
    const update = { results: { classify: sampleClassification({ base: 'b', tree: 't' }) } };
    expect(versionBefore(update, ledger, 'shop')).toBeNull();
  });

  it('is nothing when that was taken back: reverting a revert proves it anew', () => {
    const changes = new Map([['chg_c', merged('c', 'rolled-back')]]);
    expect(versionBefore(reverting, { ...ledger, changes }, 'shop')).toBeNull();
  });

  it('is what a revert builds where every service had its tree, or has it still', () => {
    const admin = { ...previous, service: 'admin', digest: 'a' };
    const both = new Map<string, Production>([
      ...ledger.production,
      ['admin', { stable: admin, previous: null }],
    ]);
    expect(knownBuilds(reverting, { ...ledger, production: both }, ['shop', 'admin'])).toEqual([
      { service: 'shop', digest: 'd' },
      { service: 'admin', digest: 'a' },
    ]);
    expect(knownBuilds(reverting, ledger, ['shop', 'admin'])).toBeUndefined();
    const update = { results: { classify: sampleClassification({ base: 'b', tree: 't' }) } };
    expect(knownBuilds(update, ledger, ['shop'])).toBeUndefined();
  });
});
