import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FsckFacts, fsck } from './fsck.ts';

const ofShop = (...digests: readonly string[]) => digests.map((digest) => ({ service: 'shop', digest }));

/** A repository in which everything agrees: one merge, in its rollout at 10 %. */
const good: FsckFacts = {
  journal: {
    merges: [{ change: 'chg_1', commit: 'm1', tree: 't1' }],
    services: [{ service: 'shop', digest: 'd0', previousDigest: 'd-1' }],
    standingFlags: [],
    autonomy: [],
    rollout: {
      service: 'shop',
      digest: 'd1',
      flags: [{ key: 'shop.n1', weights: [0.01, 0.1, 0.5] }],
      isHadByAll: false,
    },
  },
  branch: [{ commit: 'm1', tree: 't1', change: 'chg_1', signed: true }],
  routes: [{ service: 'shop', stable: 'd0', candidate: { digest: 'd1', flag: 'shop.n1' } }],
  running: ofShop('d0', 'd1', 'd-1'),
  flags: [
    { key: 'shop.n1', weight: 0.1, killed: false },
    { key: 'shop.n0', weight: 0, killed: true },
  ],
  unread: { routes: null, flags: null },
  releases: [{ digest: 'd0', ok: true, detail: 'whole' }],
  log: { ok: true, detail: '12 entries' },
  recordings: [],
};
const { journal, branch } = good;
const [merge] = branch;
if (merge === undefined) throw new Error('there is one');

/** Each disagreement, and the one check that has to find it. */
const disagreements: readonly (readonly [what: string, check: string, over: Partial<FsckFacts>])[] = [
  ['a blob is missing', 'recordings', { recordings: ['entry 7: it is not there'] }],
  ['flags that cannot be read', 'flags', { flags: [], unread: { routes: null, flags: 'no JSON' } }],
  ['routes that cannot be read', 'route', { routes: [], unread: { routes: 'no JSON', flags: null } }],
  ['the log is broken', 'log', { log: { ok: false, detail: 'root differs' } }],
  ['a change is on the branch twice', 'merged once', { branch: [merge, { ...merge, commit: 'm2' }] }],
  [
    'a merge without a receipt',
    'merges journalled',
    { branch: [merge, { ...merge, commit: 'm2', change: 'chg_2' }] },
  ],
  ['a receipt without a merge', 'merges journalled', { branch: [] }],
  ['another tree than was tested', 'merged what was tested', { branch: [{ ...merge, tree: 't2' }] }],
  ['an unsigned merge', 'merges signed', { branch: [{ ...merge, signed: false }] }],
  ['a class was lowered without a word', 'autonomy', { journal: { ...journal, autonomy: ['it was'] } }],
  ['another stable is served', 'route', { routes: [{ service: 'shop', stable: 'd9', candidate: null }] }],
  [
    'a candidate that no rollout knows',
    'route',
    { routes: [{ service: 'shop', stable: 'd0', candidate: { digest: 'd9', flag: 'shop.n9' } }] },
  ],
  ['no route', 'route', { routes: [] }],
  [
    'a candidate at another service',
    'route',
    { routes: [...good.routes, { service: 'admin', stable: 'd0', candidate: null }] },
  ],
  ['stable does not run', 'processes', { running: ofShop('d1') }],
  ['a stranger runs', 'processes', { running: ofShop('d0', 'd1', 'd9') }],
  ['nobody could say what runs', 'processes', { running: null }],
  [
    'a flag of no rollout is open',
    'flags',
    { flags: [...good.flags, { key: 'shop.n0', weight: 0.5, killed: false }] },
  ],
  ['a flag at no step', 'flags', { flags: [{ key: 'shop.n1', weight: 0.3, killed: false }] }],
  [
    'a flag is open with no rollout',
    'flags',
    { journal: { ...journal, rollout: null }, running: ofShop('d0') },
  ],
  ['a release is not whole', 'releases', { releases: [{ digest: 'd0', ok: false, detail: 'differs' }] }],
];

const failing = (facts: FsckFacts) => fsck(facts).filter(({ ok }) => !ok);

describe('fsck', () => {
  it('finds nothing where everything agrees', () => {
    expect(failing(good)).toEqual([]);
    expect(fsck(good).every(({ detail }) => detail === 'agrees')).toBe(true);
  });

  it.each(disagreements)('%s: %s', (_what, check, over) => {
    const found = failing({ ...good, ...over }).map((one) => one.check);
    expect(found).toContain(check);
  });

  it('has no check that nothing above makes fail', () => {
    expect(new Set(disagreements.map(([, check]) => check))).toEqual(
      new Set(fsck(good).map(({ check }) => check)),
    );
  });

  it('asks nothing of production where nothing was adopted', () => {
    const bare = { ...journal, merges: [], services: [], rollout: null };
    expect(failing({ ...good, journal: bare, branch: [], routes: [], running: null, flags: [] })).toEqual([]);
    expect(failing({ ...good, journal: bare, branch: [], flags: [] }).map(({ check }) => check)).toEqual([
      'route',
    ]);
  });

  it('lets a closed rollout be without its route, its process and its flag', () => {
    const closed = {
      routes: [{ service: 'shop', stable: 'd0', candidate: null }],
      running: ofShop('d0'),
      flags: [],
    };
    expect(failing({ ...good, ...closed })).toEqual([]);
  });

  it('asks of each service what it runs: another one that runs it does not count', () => {
    const two = {
      ...journal,
      services: [...journal.services, { service: 'admin', digest: 'a0', previousDigest: null }],
    };
    const routes = [...good.routes, { service: 'admin', stable: 'a0', candidate: null }];
    const admin = { service: 'admin', digest: 'a0' };
    const facts = { ...good, journal: two, routes, running: [...ofShop('d0', 'd1'), admin] };
    expect(failing(facts)).toEqual([]);
    expect(failing({ ...facts, running: ofShop('d0', 'd1', 'a0') })).toMatchObject([{ check: 'processes' }]);
    const astray = [...good.routes, { service: 'admin', stable: 'd1', candidate: null }];
    expect(failing({ ...facts, routes: astray })).toMatchObject([{ check: 'route' }]);
  });

  it('names each thing that disagrees', () => {
    const details = failing({ ...good, running: ofShop('d8', 'd9') }).map(({ detail }) => detail);
    expect(details.join()).toMatch(/d0.*d8.*d9/);
  });

  it('finds a disagreement also among others', () => {
    fc.assert(
      fc.property(fc.subarray([...disagreements], { minLength: 1 }), (several) => {
        const facts: FsckFacts = Object.assign({}, good, ...several.map(([, , over]) => over));
        expect(failing(facts)).not.toEqual([]);
      }),
    );
  });
});
