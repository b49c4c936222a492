import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Behaviour, Outcome, SeenCall } from '../../../domain/behaviour.ts';
import { compareBehaviour } from './compare.ts';
import { isSameBehaviour } from './same-behaviour.ts';

const outcome = (kind: string, type: string, value: string): Outcome => ({
  kind,
  type,
  digest: value,
  shown: value,
});
const returned = (value: string) => outcome('return', 'string', value);
const threw = outcome('throw', 'TypeError', '[TypeError] no');

type Calls = Readonly<Record<string, Readonly<Record<string, readonly Outcome[]>>>>;

function seen(calls: Calls): Behaviour {
  const entries = Object.entries(calls).map(([key, facets]): [string, SeenCall] => {
    const [path = '', args = ''] = key.split(' ');
    return [key, { package: 'a', path, args, facets: new Map(Object.entries(facets)) }];
  });
  return { loads: [], calls: new Map(entries), gaps: [] };
}

const kindsOf = (old: readonly [Calls, Calls], now: Calls) =>
  compareBehaviour([seen(old[0]), seen(old[1])], seen(now)).differences.map(({ kind }) => kind);
const twice = (calls: Calls) => [calls, calls] as const;

describe('compareBehaviour', () => {
  it.each<[string, Calls, Calls, string[]]>([
    [
      'a throw for a return',
      { 'f (1)': { result: [returned('x')] } },
      { 'f (1)': { result: [threw] } },
      ['exception'],
    ],
    [
      'a return for a throw',
      { 'f (1)': { result: [threw] } },
      { 'f (1)': { result: [returned('x')] } },
      ['exception'],
    ],
    [
      'another type',
      { 'f (1)': { result: [returned('1')] } },
      { 'f (1)': { result: [outcome('return', 'number', '1')] } },
      ['type'],
    ],
    [
      'another value',
      { 'f (1)': { result: [returned('x')] } },
      { 'f (1)': { result: [returned('y')] } },
      ['value'],
    ],
    [
      'an outcome more',
      { 'f (1)': { result: [returned('x')] } },
      { 'f (1)': { result: [returned('x'), returned('y')] } },
      ['value'],
    ],
    [
      'a callback less',
      { 'f (1)': { 'callback 0': [outcome('called', '', '()')] } },
      { 'f (1)': {} },
      ['callback'],
    ],
    [
      'an ambient effect and a mutation more',
      { 'f (1)': { result: [returned('x')] } },
      { 'f (1)': { result: [returned('x')], ambient: [threw], mutation: [threw] } },
      ['mutation', 'ambient'],
    ],
    ['the same', { 'f (1)': { result: [returned('x')] } }, { 'f (1)': { result: [returned('x')] } }, []],
    [
      'calls of one side only',
      { 'f (1)': { result: [returned('x')] } },
      { 'f (2)': { result: [returned('y')] } },
      [],
    ],
  ])('%s', (_name, old, now, expected) => {
    expect(kindsOf(twice(old), now)).toEqual(expected);
  });

  it('masks a value that flickers, and sees a type or a throw behind it', () => {
    const old = [{ 'f (1)': { result: [returned('1')] } }, { 'f (1)': { result: [returned('2')] } }] as const;
    expect(kindsOf(old, { 'f (1)': { result: [returned('3')] } })).toEqual([]);
    expect(kindsOf(old, { 'f (1)': { result: [outcome('return', 'number', '3')] } })).toEqual(['type']);
    expect(kindsOf(old, { 'f (1)': { result: [threw] } })).toEqual(['exception']);
  });

  it('sees a path that never threw throw, though its arguments flicker', () => {
    const old = [{ 'f (1)': { result: [returned('x')] } }, { 'f (2)': { result: [returned('x')] } }] as const;
    expect(kindsOf(old, { 'f (3)': { result: [threw] } })).toEqual(['exception']);
    expect(kindsOf([{ 'f (1)': { result: [threw] } }, {}], { 'f (3)': { result: [threw] } })).toEqual([]);
  });

  it('counts what was compared, masked, new and gone', () => {
    const same = { result: [returned('x')] };
    const { coverage } = compareBehaviour(
      [seen({ 'f (1)': same, 'f (2)': same, 'f (4)': same }), seen({ 'f (1)': same, 'f (4)': same })],
      seen({ 'f (1)': same, 'f (2)': same, 'f (3)': same }),
    );
    expect(coverage.get('a')).toEqual({ compared: 1, masked: 1, new: 1, gone: 1 });
  });

  it('does not count a package that is loaded, nor a function that is looked up, as compared', () => {
    const unused = {
      'require("a")': { load: [returned('loaded')] },
      f: { result: [outcome('read', 'function', 'f')] },
    };
    const { coverage, differences } = compareBehaviour([seen(unused), seen(unused)], seen(unused));
    expect(differences).toEqual([]);
    expect(coverage.get('a')).toEqual({ compared: 0, masked: 0, new: 0, gone: 0 });
    const broken = { ...unused, 'require("a")': { load: [threw] } };
    expect(kindsOf(twice(unused), broken)).toEqual(['exception']);
  });

  const anyOutcome = fc.record({
    kind: fc.constantFrom('return', 'throw', 'resolve'),
    type: fc.constantFrom('string', 'number'),
    digest: fc.constantFrom('1', '2', '3'),
    shown: fc.constant('x'),
  });
  const calls = fc.dictionary(
    fc.constantFrom('f (1)', 'f (2)', 'g (1)'),
    fc.dictionary(
      fc.constantFrom('result', 'settled', 'callback 0', 'reads'),
      fc.array(anyOutcome, { maxLength: 3 }),
    ),
  );

  it('finds nothing where nothing differs, whatever the order', () => {
    fc.assert(
      fc.property(calls, (all) => {
        const turned = Object.fromEntries(
          Object.entries(all).map(([key, facets]) => [
            key,
            Object.fromEntries(Object.entries(facets).map(([facet, list]) => [facet, list.toReversed()])),
          ]),
        );
        expect(kindsOf(twice(all), turned)).toEqual([]);
      }),
    );
  });

  it('finds nothing where one run of the base is the same, whatever another one would have been', () => {
    fc.assert(
      fc.property(calls, calls, calls, (one, other, all) => {
        for (const now of [one, all]) {
          const isSame = isSameBehaviour(seen(one), seen(now));
          if (now === one) expect(isSame).toBe(true);
          if (isSame) expect([kindsOf(twice(one), now), kindsOf([one, other], now)]).toEqual([[], []]);
        }
      }),
    );
  });

  it('never finds fewer calls that throw when one more call throws', () => {
    const exceptions = (old: Calls, now: Calls) =>
      new Set(
        compareBehaviour([seen(old), seen(old)], seen(now))
          .differences.filter(({ kind }) => kind === 'exception')
          .map(({ call }) => call),
      );
    fc.assert(
      fc.property(calls, calls, (old, now) => {
        const throwing = { ...now, 'h (1)': { result: [threw] } };
        const known = { ...old, 'h (1)': { result: [returned('x')] } };
        const before = exceptions(known, now);
        const after = exceptions(known, throwing);
        expect([...before].every((call) => after.has(call)) && after.has('h(1)')).toBe(true);
      }),
    );
  });
});
