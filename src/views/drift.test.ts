import { describe, expect, it } from 'vitest';
import { type DriftFacts, driftOf, type ServiceFacts, standingDrift } from './drift.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const [stable, before, candidate, stranger] = ['a', 'b', 'c', 'e'].map(digest) as [
  string,
  string,
  string,
  string,
];
const shop: ServiceFacts = {
  stable: { service: 'shop', digest: stable },
  previous: before,
  route: { stable, candidate: null },
  running: [stable, before],
};
const atRest: DriftFacts = { services: [shop], busy: null, standing: [], flags: [], releases: [] };
const busyWith = (digest: string) => ({ releases: [{ service: 'shop', digest }], flag: 'shop.n1' });
const movingShop = {
  ...shop,
  route: { stable, candidate: { digest: candidate } },
  running: [stable, candidate],
};
const moving: DriftFacts = {
  ...atRest,
  services: [movingShop],
  busy: busyWith(candidate),
  flags: [{ key: 'shop.n1', weight: 0.1, killed: false }],
};
const resting = (over: Partial<ServiceFacts>): DriftFacts => ({
  ...atRest,
  services: [{ ...shop, ...over }],
});
const open = (key: string) => ({ key, weight: 0.5, killed: false });
const remedies = (facts: DriftFacts) => driftOf(facts).map(({ what, remedy }) => [what, remedy.kind]);

describe('drift', () => {
  it('is none where what runs was decided', () => {
    expect(driftOf(atRest)).toEqual([]);
    expect(driftOf(moving)).toEqual([]);
    expect(driftOf(resting({ previous: null, running: [stable] }))).toEqual([]);
    expect(
      driftOf({
        ...atRest,
        flags: [
          { ...open('shop.n1'), killed: true },
          { ...open('x.y'), weight: 0 },
        ],
      }),
    ).toEqual([]);
    // A release whose digest nobody knows yet.
    expect(driftOf({ ...moving, busy: { releases: [], flag: null }, flags: [] })).toEqual([]);
    // Promoted, and not concluded yet.
    expect(
      driftOf({ ...moving, services: [{ ...movingShop, route: { stable: candidate, candidate: null } }] }),
    ).toEqual([]);
  });

  it.each<[string, DriftFacts, readonly (readonly [string, string])[]]>([
    [
      'another version is served',
      resting({ route: { stable: before, candidate: null } }),
      [['route', 'restore-stable']],
    ],
    ['nothing is served', resting({ route: null }), [['route', 'restore-stable']]],
    [
      'a candidate without a change',
      resting({ route: { stable, candidate: { digest: before } } }),
      [['route', 'restore-stable']],
    ],
    ['stable does not run', resting({ running: [before] }), [['process', 'restore-stable']]],
    ['a stranger runs', resting({ running: [stable, stranger, stranger] }), [['process', 'stop']]],
    [
      'a stranger runs beside a rollout',
      { ...moving, services: [{ ...movingShop, running: [stable, candidate, stranger] }] },
      [['process', 'stop']],
    ],
    ['a flag without a rollout', { ...atRest, flags: [open('shop.old')] }, [['flag', 'kill']]],
    [
      'a flag beside that of the rollout',
      { ...moving, flags: [open('shop.n1'), open('shop.n0')] },
      [['flag', 'kill']],
    ],
    ['flags that cannot be read', { ...atRest, flags: null }, [['flag', 'tell']]],
    [
      'an altered stable',
      { ...atRest, releases: [{ digest: stable, ok: false, detail: 'x' }] },
      [['release', 'tell']],
    ],
    [
      'an altered candidate',
      { ...moving, releases: [{ digest: candidate, ok: false, detail: 'x' }] },
      [['release', 'kill']],
    ],
  ])('%s', (_, facts, expected) => {
    expect(remedies(facts)).toEqual(expected);
  });

  it('never stops what is routed to, even where that is wrong', () => {
    const facts = resting({ route: { stable: stranger, candidate: null }, running: [stable, stranger] });
    expect(driftOf(facts).map(({ remedy }) => remedy)).toEqual([{ kind: 'restore-stable' }]);
  });

  it('is told of the service that it is found at, and no other', () => {
    const admin = { ...shop, stable: { service: 'admin', digest: stable }, running: [stable, stranger] };
    const facts = { ...atRest, services: [shop, admin] };
    expect(driftOf(facts)).toMatchObject([
      { key: `runs admin ${stranger}`, remedy: { kind: 'stop', service: 'admin', digest: stranger } },
    ]);
    // What a change has brought to a service before stays there; what it may start elsewhere is not known yet.
    const promoted = { ...shop, running: [stable, candidate], route: { stable: candidate, candidate: null } };
    expect(driftOf({ ...facts, services: [promoted, admin], busy: busyWith(candidate) })).toEqual([]);
  });

  it('stands from when it was found until it is corrected, or gone', () => {
    const entry = (index: number, type: string, key: string) => ({
      index,
      at: `2026-01-01T00:00:0${index}.000Z`,
      type,
      actor: 'deployer',
      data: { key, what: 'flag', detail: key },
    });
    const told = [
      entry(0, 'drift.found', 'one'),
      entry(1, 'drift.found', 'two'),
      entry(2, 'drift.corrected', 'one'),
      entry(3, 'drift.found', 'three'),
      entry(4, 'drift.gone', 'three'),
    ];
    expect(standingDrift(told)).toMatchObject([{ key: 'two', since: '2026-01-01T00:00:01.000Z' }]);
  });
});
