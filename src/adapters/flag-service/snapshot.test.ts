import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flagCoin } from '../router/exposure.ts';
import { Evaluator } from './evaluator.ts';
import { changesBetween, emptySnapshot, flagSetText, select, snapshotOf } from './snapshot.ts';

const nobody = () => false;
const stored = (key: string, parts: number, version = 1) => [key, { key, parts, version }] as const;
const open = { stopped: false, killed: nobody, flags: new Map([stored('shop.n', 10_000)]) };

describe('what is served', () => {
  it.each([
    ['the red button', { ...open, stopped: true }],
    ['a kill', { ...open, killed: (key: string) => key === 'shop.n' }],
    ['kills that cannot be read', { ...open, killed: () => true }],
    ['a weight of 0', { ...open, flags: new Map([stored('shop.n', 0)]) }],
  ])('is off by %s, as a variant of its own and never as a disabled flag', (_why, facts) => {
    const snapshot = snapshotOf(facts, emptySnapshot);
    expect(new Evaluator().evaluate(snapshot, 'shop.n', 'anybody')).toMatchObject({
      value: false,
      variant: 'off',
    });
    expect(new Evaluator().evaluate(snapshot, 'shop.n', '')).toMatchObject({ value: false, variant: 'off' });
    const text = flagSetText(snapshot, { service: null }, 'production');
    expect(JSON.parse(text).flags['shop.n']).toMatchObject({
      state: 'ENABLED',
      defaultVariant: 'off',
      targeting: {},
    });
    expect(text).not.toContain('DISABLED');
  });

  it('keeps what it knew, and off, where the flags cannot be read', () => {
    const before = snapshotOf(open, emptySnapshot);
    expect(new Evaluator().evaluate(before, 'shop.n', 'a')?.value).toBe(true);
    const now = snapshotOf({ ...open, flags: undefined }, before);
    expect(new Evaluator().evaluate(now, 'shop.n', 'a')).toMatchObject({ value: false, version: 1 });
    expect(now.closedAll).toBe('unreadable');
  });

  it('knows a killed flag that is retired, and no other', () => {
    const snapshot = snapshotOf({ ...open, killed: (key) => key === 'shop.old' }, emptySnapshot);
    expect(new Evaluator().evaluate(snapshot, 'shop.old', 'a')).toMatchObject({
      value: false,
      variant: 'off',
    });
    expect(new Evaluator().evaluate(snapshot, 'shop.never', 'a')).toBeUndefined();
    expect(new Evaluator().evaluate(snapshot, '__proto__', 'a')).toBeUndefined();
  });

  it('selects by service, not by any beginning of a name', () => {
    const flags = new Map([stored('shop.n', 1), stored('shop-eu.n', 1), stored('cart.n', 1)]);
    const snapshot = snapshotOf({ ...open, flags }, emptySnapshot);
    expect(select(snapshot, { service: 'shop' }).map(({ key }) => key)).toEqual(['shop.n']);
    expect(select(snapshot, { service: null }).length).toBe(3);
  });

  it('tells what was written, updated and deleted', () => {
    const of = (...flags: (readonly [string, number])[]) =>
      select(
        snapshotOf(
          { ...open, flags: new Map(flags.map(([key, parts]) => stored(key, parts))) },
          emptySnapshot,
        ),
        { service: null },
      );
    const changes = changesBetween(
      of(['a.n', 1], ['b.n', 1], ['c.n', 1]),
      of(['b.n', 2], ['c.n', 1], ['d.n', 1]),
    );
    expect(Object.fromEntries(changes)).toEqual({ 'a.n': 'delete', 'b.n': 'update', 'd.n': 'write' });
  });

  it('property: every user gets the arm that the router gives, and a raise takes nobody out', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 9_999 }),
        fc.integer({ min: 1, max: 9_999 }),
        (user, one, other) => {
          const [low, high] = [Math.min(one, other), Math.max(one, other)];
          const arm = (parts: number, version: number) =>
            new Evaluator().evaluate(
              snapshotOf({ ...open, flags: new Map([stored('shop.n', parts, version)]) }, emptySnapshot),
              'shop.n',
              user,
            )?.value;
          expect(arm(low, 1)).toBe(flagCoin('shop.n', 1, low / 10_000)(user));
          expect(arm(high, 2)).toBe(flagCoin('shop.n', 2, high / 10_000)(user));
          if (arm(low, 1) === true) expect(arm(high, 2)).toBe(true);
        },
      ),
    );
  });
});

describe('a flag in the code', () => {
  const code = 'new-price';
  const inCode = (parts: number) => ({ key: 'shop.n1', parts, version: 1, code });
  const facts = (parts: number) => ({ ...open, flags: new Map([['shop.n1', inCode(parts)]]) });

  it('is served by its name as by its key: the same users, and nobody without a key', () => {
    const evaluator = new Evaluator();
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.integer({ min: 1, max: 10_000 }), (user, parts) => {
        const snapshot = snapshotOf(facts(parts), emptySnapshot);
        const byName = evaluator.evaluate(snapshot, code, user);
        expect(byName).toEqual(evaluator.evaluate(snapshot, 'shop.n1', user));
        expect(byName?.value).toBe(flagCoin('shop.n1', 1, parts / 10_000)(user));
        expect(evaluator.evaluate(snapshot, code, '')?.value).toBe(false);
      }),
    );
  });

  it('is known to those who ask for its service', () => {
    const snapshot = snapshotOf(facts(1), emptySnapshot);
    const keys = (service: string) => select(snapshot, { service }).map(({ key }) => key);
    expect(keys('shop')).toEqual(['new-price', 'shop.n1']);
    expect(keys('cart')).toEqual([]);
  });

  it.each([
    ['killed by its name', facts(10_000), (key: string) => key === code, false, false],
    ['killed by its key', facts(10_000), (key: string) => key === 'shop.n1', false, false],
    ['stopped while it is rolled out', facts(9_999), nobody, true, false],
    ['everybody’s, and autonomy is stopped', facts(10_000), nobody, true, true],
  ])('where it is %s', (_what, found, killed, stopped, on) => {
    const snapshot = snapshotOf({ ...found, killed, stopped }, emptySnapshot);
    expect(new Evaluator().evaluate(snapshot, code, 'anybody')?.value).toBe(on);
  });

  it('is what its open rollout says, where an earlier one of that name was closed', () => {
    const flags = new Map([
      ['shop.n2', { ...inCode(10_000), key: 'shop.n2' }],
      ['shop.n1', inCode(10_000)],
    ]);
    const snapshot = snapshotOf({ ...open, flags, killed: (key) => key === 'shop.n1' }, emptySnapshot);
    expect(new Evaluator().evaluate(snapshot, code, 'a')?.value).toBe(true);
  });

  it('is off where the flags cannot be read', () => {
    const before = snapshotOf(facts(10_000), emptySnapshot);
    const now = snapshotOf({ ...open, flags: undefined }, before);
    expect(new Evaluator().evaluate(now, code, 'a')?.value).toBe(false);
    expect(select(now, { service: 'shop' }).length).toBe(2);
  });
});
