import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EarlierItems, type Item, type PortionRules, portionOf } from './portions.ts';

const rules = (earlier: readonly EarlierItems[]): PortionRules => ({
  agent: 'docs',
  base: 'b',
  earlier,
  open: [],
  maxOpen: 1,
  maxFiles: 20,
  maxWeight: 40,
});
const itemsOf = (count: number): readonly Item[] =>
  Array.from({ length: count }, (_, n) => ({ key: `k${n}`, path: `${n % 25}.md`, name: `${n}`, weight: 1 }));

describe('portionOf', () => {
  it('lands all that is right, and refuses what is wrong alone, in few rounds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 80 }), fc.array(fc.nat(79), { maxLength: 3 }), (count, wrong) => {
        const bad = new Set(wrong.filter((n) => n < count).map((n) => `k${n}`));
        const earlier: EarlierItems[] = [];
        let left = itemsOf(count);
        let rounds = 0;
        for (;;) {
          const { items } = portionOf('links', left, rules(earlier), 0);
          if (items.length === 0) break;
          rounds += 1;
          const keys = items.map(({ key }) => key);
          if (keys.some((key) => bad.has(key)))
            earlier.push({ change: `chg_${rounds}`, base: 'x', keys, outcome: 'refused', code: 'tests.red' });
          else left = left.filter(({ key }) => !keys.includes(key));
          expect(rounds).toBeLessThan(200);
        }
        expect(new Set(left.map(({ key }) => key))).toEqual(bad);
        // Who is alone is told so.
        expect(portionOf('links', left, rules(earlier), 0).skipped.map(({ code }) => code)).toEqual(
          left.map(() => 'docs.turned-away'),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('proposes nothing again that a person has cancelled, nor what is held from this very commit', () => {
    const all = itemsOf(3);
    const keys = all.slice(0, 2).map(({ key }) => key);
    const held = { change: 'chg_1', keys, outcome: 'held' } as const;
    const left = (over: Pick<EarlierItems, 'base' | 'code'>) =>
      portionOf('links', all, rules([{ ...held, ...over }]), 0).items.length;
    expect(left({ base: 'x', code: 'change.cancel' })).toBe(1);
    expect(left({ base: 'b', code: 'policy.level-observe' })).toBe(1);
    expect(left({ base: 'x', code: 'policy.level-observe' })).toBe(3);
  });

  it('never goes over its limits', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ path: fc.constantFrom('a', 'b', 'c', 'd'), weight: fc.integer({ min: 1, max: 50 }) }),
        ),
        fc.integer({ min: 1, max: 4 }),
        (parts, maxFiles) => {
          const all = parts.map((part, n) => ({ ...part, key: `k${n}`, name: `${n}` }));
          const { items } = portionOf('code', all, { ...rules([]), maxFiles }, 0);
          expect(items.reduce((sum, { weight }) => sum + weight, 0)).toBeLessThanOrEqual(40);
          expect(new Set(items.map(({ path }) => path)).size).toBeLessThanOrEqual(maxFiles);
        },
      ),
    );
  });
});
