import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bundlesOf, type Groups, type TurnedAway } from './groups.ts';

type Update = { readonly name: string; readonly to: string; readonly kind: 'patch' | 'minor' };
const updatesOf = (count: number): readonly Update[] =>
  Array.from({ length: count }, (_, n) => ({ name: `p${n}`, to: '1.0.1', kind: 'patch' }));
const both = ['dependency-patch', 'dependency-minor'] as const;
const all: Groups = { all: { packages: ['p*'], classes: both } };
const keysOf = (updates: readonly Update[]) => updates.map(({ name, to }) => `${name}@${to}`);

type World = {
  readonly updates: readonly Update[];
  /** Whether what lands now is refused, with what has landed before. */
  readonly isBad: (names: ReadonlySet<string>) => boolean;
  /** How many are proposed before the first of them has ended. */
  readonly maxOpen: number;
};

/** Lands and refuses until nothing is proposed any more, as scans do. */
function play({ updates, isBad, maxOpen }: World) {
  let left = updates;
  const landed = new Set<string>();
  const alone = new Set<string>();
  const turnedAway: TurnedAway[] = [];
  let proposals = 0;
  for (;;) {
    const bundles = bundlesOf(left, all, turnedAway).slice(0, maxOpen);
    if (bundles.length === 0) return { landed, alone, proposals };
    for (const { updates: part } of bundles) {
      proposals += 1;
      const names = part.map(({ name }) => name);
      const known = turnedAway.some(({ versions }) => versions.every(({ name }) => names.includes(name)));
      expect(known).toBe(false);
      expect(proposals).toBeLessThan(1000);
      const after = new Set([...landed, ...names]);
      const [only, ...more] = names;
      if (!isBad(after)) for (const name of names) landed.add(name);
      else if (more.length === 0) alone.add(only ?? '');
      else {
        turnedAway.push({ versions: part.map(({ name, to }) => ({ name, version: to })) });
      }
    }
    left = left.filter(({ name }) => !landed.has(name) && !alone.has(name));
  }
}

describe('bundlesOf', () => {
  const sizes = fc.integer({ min: 1, max: 60 });
  const opens = fc.integer({ min: 1, max: 5 });

  it('lands every good package and turns every bad one away alone, in few proposals', () => {
    fc.assert(
      fc.property(sizes, fc.array(fc.nat(59), { maxLength: 4 }), opens, (count, wrong, maxOpen) => {
        const bad = new Set(wrong.filter((n) => n < count).map((n) => `p${n}`));
        const updates = updatesOf(count);
        const isBad = (names: ReadonlySet<string>) => [...bad].some((name) => names.has(name));
        const { landed, alone, proposals } = play({ updates, isBad, maxOpen });
        expect(alone).toEqual(bad);
        expect(landed.size).toBe(count - bad.size);
        const most = 1 + 2 * bad.size * (1 + Math.ceil(Math.log2(count)));
        expect(proposals).toBeLessThanOrEqual(most);
      }),
      { numRuns: 300 },
    );
  });

  it('of two that do not go together lands one, and turns the other away', () => {
    fc.assert(
      fc.property(sizes, fc.tuple(fc.nat(59), fc.nat(59)), opens, (count, [a, b], maxOpen) => {
        fc.pre(a !== b && a < count && b < count);
        const pair = [`p${a}`, `p${b}`];
        const isBad = (names: ReadonlySet<string>) => pair.every((name) => names.has(name));
        const { landed, alone } = play({ updates: updatesOf(count), isBad, maxOpen });
        expect(landed.size).toBe(count - 1);
        expect(alone.size).toBe(1);
        expect(pair).toContain([...alone][0]);
      }),
      { numRuns: 200 },
    );
  });

  it('tries a newer version of what was turned away with the rest of its group', () => {
    const turnedAway = [{ versions: ['p0', 'p1'].map((name) => ({ name, version: '1.0.1' })) }];
    const [p0, p1, p2] = updatesOf(3) as [Update, Update, Update];
    expect(bundlesOf([p0, p1, p2], all, turnedAway).map(({ updates }) => keysOf(updates))).toEqual([
      ['p0@1.0.1'],
      ['p1@1.0.1'],
      ['p2@1.0.1'],
    ]);
    const newer = { ...p0, to: '1.0.2' };
    expect(bundlesOf([newer, p1, p2], all, turnedAway).map(({ updates }) => keysOf(updates))).toEqual([
      ['p0@1.0.2', 'p2@1.0.1'],
      ['p1@1.0.1'],
    ]);
  });

  it.each<[string, string, boolean]>([
    ['eslint', 'eslint', true],
    ['eslint', 'eslint-plugin', false],
    ['eslint-*', 'eslint-plugin', true],
    ['eslint-*', 'eslint', false],
    ['@types/*', '@types/node', true],
    ['@types/*', 'types', false],
    ['*', '@a/b', true],
    ['*-plugin', 'a-plugin', true],
    ['a*a', 'a', false],
    ['a*b*c', 'a.b.c', true],
    ['a*b*c', 'acb', false],
    ['a.c', 'abc', false],
    [`${'a*'.repeat(100)}b`, 'a'.repeat(200), false],
  ])('takes %s for %s: %s', (pattern, name, fits) => {
    const groups = { one: { packages: [pattern], classes: both } };
    const [bundle] = bundlesOf([{ name, to: '1.0.1', kind: 'patch' }], groups, []);
    expect(bundle?.group).toBe(fits ? 'one' : null);
  });

  it('leaves other classes, and what an earlier group has, apart', () => {
    const groups: Groups = {
      first: { packages: ['p0'], classes: ['dependency-patch'] },
      rest: { packages: ['*'], classes: ['dependency-patch'] },
    };
    const [p0, p1, p2] = updatesOf(3) as [Update, Update, Update];
    const told = bundlesOf([p0, p1, { ...p2, kind: 'minor' }], groups, []);
    expect(told.map(({ group, updates }) => [group, updates.length])).toEqual([
      ['first', 1],
      ['rest', 1],
      [null, 1],
    ]);
  });
});
