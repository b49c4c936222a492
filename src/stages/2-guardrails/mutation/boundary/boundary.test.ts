import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Behaviour, Outcome, SeenCall } from '../../../../domain/behaviour.ts';
import type { MutantState, MutationRun } from '../../../../domain/mutation.ts';
import { mutation } from '../mutation.ts';
import { type BoundaryPlan, planBoundary } from './plan.ts';
import type { Observed } from './used-paths.ts';

const outcome = (kind: string, type: string, digest = 'x'): Outcome => ({ kind, type, digest, shown: '' });
const text = outcome('return', 'string');

/** By `PATH ARGS`. */
type Calls = Readonly<Record<string, Readonly<Record<string, readonly Outcome[]>>>>;

function seen(calls: Calls, gaps: readonly string[] = []): Behaviour {
  const entries = Object.entries(calls).map(([key, facets]): [string, SeenCall] => {
    const [path = '', args = ''] = key.split('|');
    return [key, { package: 'a', path, args, facets: new Map(Object.entries(facets)) }];
  });
  return { loads: [{ package: 'a', version: '1.0.0', by: undefined }], calls: new Map(entries), gaps };
}
const observed = (base: Calls, second: Calls = base, head: Calls = base): Observed => ({
  kind: 'observed',
  base: [seen(base), seen(second)],
  head: seen(head),
});
const settings = { mutants: 100, sample: false };
const planOf = (from: Observed, over: Partial<typeof settings> = {}) =>
  planBoundary(from, { ...settings, ...over }, 'base');

/** `States of throw, nothing and other; all of them killed where nothing is said. */
function ran(
  plan: BoundaryPlan,
  states: Readonly<Record<string, MutantState | undefined>> = {},
): MutationRun {
  const told = plan.chosen.flatMap(({ id, path, fault }) => {
    const key = `${path} ${fault}`;
    const state = key in states ? states[key] : 'killed';
    return state === undefined ? [] : [[id, state] as const];
  });
  return { kind: 'ran', states: new Map(told), steady: true, testMs: 10 };
}

function judge(plan: BoundaryPlan, run: MutationRun | undefined) {
  const finding = mutation.check({ mutation: { kind: 'boundary', plan, run } });
  if (finding === undefined) throw new Error('it was not asked');
  return finding;
}

const calls: Calls = { 'a.f|(1)': { result: [text] }, 'a.f|(2)': { result: [text] } };
const same = planOf(observed(calls));
const flickering = { ...calls, 'a.f|(2)': { result: [outcome('return', 'string', 'y')] } };
const doubtful = planOf(observed(calls, flickering));

describe('what is replaced', () => {
  it.each<[string, Calls, string[]]>([
    ['what answers a text', { 'a.f|(1)': { result: [text] } }, ['throw', 'nothing', 'other']],
    ['what answers nothing', { 'a.f|()': { result: [outcome('return', 'undefined')] } }, ['throw']],
    ['what throws', { 'a.f|()': { result: [outcome('throw', 'Error')] } }, ['nothing']],
    ['an instance', { 'new a.C|()': { result: [outcome('return', 'C')] } }, ['throw', 'nothing']],
    [
      'what a promise settles to',
      { 'a.f|()': { result: [outcome('return', 'Promise')], settled: [outcome('resolve', 'number')] } },
      ['throw', 'nothing', 'other'],
    ],
    ['a promise that stays open', { 'a.f|()': { result: [outcome('return', 'Promise')] } }, []],
    ['a read', { 'a.version|': { result: [outcome('read', 'string')] } }, []],
    ['the loading', { 'require("a")|': { result: [outcome('return', 'string')] } }, []],
  ])('%s', (_name, from, faults) => {
    const { chosen } = planOf(observed(from));
    expect(chosen.map(({ fault }) => fault)).toEqual(faults);
  });

  it('is each path once, whatever its arguments, with the throws first', () => {
    const { chosen } = planOf(observed({ ...calls, 'a.g|()': { result: [text] } }));
    expect(chosen).toHaveLength(6);
    expect(chosen.slice(0, 2).map(({ fault }) => fault)).toEqual(['throw', 'throw']);
  });

  it.each<[string, Calls, readonly string[]]>([
    ['loaded', { 'require("a")|': { result: [outcome('return', 'string')] } }, ['a']],
    ['looked up', { 'a.f|': { result: [outcome('read', 'function')] } }, ['a']],
    ['read', { 'a.version|': { result: [outcome('read', 'string')] } }, []],
    [
      'loaded for what it does to globals',
      { 'require("a")|': { ambient: [outcome('changes', 'ambient')] } },
      [],
    ],
    ['called', calls, []],
  ])('is idle or not: a package that is %s', (_name, from, idle) => {
    expect(planOf(observed(from)).idle).toEqual(idle);
  });

  it('takes no word of the new version for what is used', () => {
    const head = { ...calls, 'a.g|()': { result: [text] } };
    expect(planOf(observed(calls, calls, head)).paths.map(({ path }) => path)).toEqual(['a.f']);
  });
});

describe('whether each call was compared', () => {
  const compared = (from: Observed) => planOf(from).paths[0]?.isCompared;
  const other: Calls = { ...calls, 'a.f|(2)': { result: [outcome('return', 'string', 'y')] } };
  it.each([
    ['all the same', observed(calls), true],
    ['one flickers', observed(calls, other), false],
    ['one differs', observed(calls, calls, other), false],
    ['one is gone', observed(calls, calls, { 'a.f|(1)': { result: [text] } }), false],
    ['one is new', observed(calls, calls, { ...calls, 'a.f|(3)': { result: [text] } }), false],
    ['too many to keep', observed({ 'a.f|()': { result: [text, outcome('more', '')] } }), false],
    ['not all was recorded', { ...observed(calls), head: seen(calls, ['too-much']) }, false],
  ])('%s', (_name, from, expected) => {
    expect(compared(from)).toBe(expected);
  });
});

describe('boundary mutation', () => {
  it('passes when the tests notice', () => {
    const finding = judge(doubtful, ran(doubtful));
    expect(finding).toMatchObject({ verdict: 'pass', code: 'mutation.boundary-watched' });
    expect(finding.evidence).toMatchObject({ mutants: 3, tried: 3, noticed: 3, made: 3, missing: [] });
  });

  it('is advice where each call was compared', () => {
    expect(judge(same, ran(same, { 'a.f throw': 'survived' }))).toMatchObject({
      verdict: 'pass',
      code: 'mutation.boundary-advisory',
      reason:
        'No test notices when `a.f` throws; but each call was seen to answer the same in both versions.',
      evidence: { missing: [{ faults: ['throw'], noticed: '2 of 3', compared: true }] },
    });
  });

  it('asks a person where neither tests nor comparison look', () => {
    expect(judge(doubtful, ran(doubtful, { 'a.f other': 'survived' }))).toMatchObject({
      verdict: 'abstain',
      code: 'mutation.boundary-unwatched',
      reason:
        'No test notices when `a.f` answers another value, and not all that it does could be compared with the new version.',
    });
  });

  it.each<[string, Parameters<typeof judge>, string, string]>([
    ['out of time', [doubtful, ran(doubtful, { 'a.f other': undefined })], 'abstain', 'out-of-time'],
    ['advice out of time', [same, ran(same, { 'a.f other': undefined })], 'pass', 'boundary-advisory'],
    ['not run', [doubtful, undefined], 'abstain', 'not-run'],
    ['red', [same, { kind: 'red', phase: 'test', tail: '' }], 'abstain', 'tests-red'],
    ['unsteady', [same, { kind: 'ran', states: new Map(), steady: false, testMs: 1 }], 'abstain', 'unsteady'],
    ['too many', [planOf(observed(calls, flickering), { mutants: 2 }), undefined], 'abstain', 'too-many'],
    ['loaded, not used', [planOf(observed({})), undefined], 'abstain', 'boundary-not-exercised'],
  ])('%s', (_name, given, verdict, code) => {
    expect(judge(...given)).toMatchObject({ verdict, code: `mutation.${code}` });
  });

  it('tries alone what was not compared', () => {
    const both = { ...calls, 'a.g|()': { result: [text] } };
    const { chosen, mutants } = planOf(
      observed(both, { ...both, 'a.g|()': { result: [outcome('return', 'string', 'y')] } }),
    );
    expect(new Set(chosen.map(({ path }) => path))).toEqual(new Set(['a.g']));
    expect(mutants.length).toBe(2 * chosen.length);
  });

  it('tries some of too many where they are advice', () => {
    const plan = planOf(observed(calls), { mutants: 2 });
    expect(plan.chosen).toHaveLength(2);
    expect(judge(plan, ran(plan)).reason).toContain('a sample of 3');
  });

  it('counts a path that no fault could be made at as missed', () => {
    const states = {
      'a.f throw': 'unreached',
      'a.f nothing': 'unreached',
      'a.f other': 'unreached',
    } as const;
    expect(judge(doubtful, ran(doubtful, states)).code).toBe('mutation.boundary-unwatched');
  });

  it('does not become more permissive when the tests notice less, or less was compared', () => {
    const paths = ['a.f', 'a.g', 'a.h'];
    const all = Object.fromEntries(paths.map((path) => [`${path}|()`, { result: [text] }]));
    const keys = paths.flatMap((path) => ['throw', 'nothing', 'other'].map((fault) => `${path} ${fault}`));
    const state = fc.constantFrom<MutantState | undefined>(
      'killed',
      'timeout',
      'survived',
      'unreached',
      undefined,
    );
    const states = fc.tuple(...keys.map((key) => fc.tuple(fc.constant(key), state))).map(Object.fromEntries);
    const passes = (plan: BoundaryPlan, run: MutationRun) => judge(plan, run).verdict === 'pass';
    fc.assert(
      fc.property(states, fc.subarray(keys), fc.subarray(paths), fc.subarray(paths), (before, lost, a, b) => {
        const flicker = (which: readonly string[]) => ({
          ...all,
          ...Object.fromEntries(
            which.map((path) => [`${path}|()`, { result: [outcome('return', 'string', 'y')] }]),
          ),
        });
        const more = planOf(observed(all, flicker(a)));
        const fewer = planOf(observed(all, flicker([...a, ...b])));
        const isNoticed = (key: string) => ['killed', 'timeout'].includes(before[key] as string);
        const worse = {
          ...before,
          ...Object.fromEntries(lost.filter(isNoticed).map((key) => [key, 'survived'])),
        };
        if (passes(fewer, ran(fewer, worse))) expect(passes(more, ran(more, before))).toBe(true);
      }),
    );
  });

  it('prints nothing that a terminal would act on', () => {
    const plan = planOf(observed({ 'a.\u001b[31m|()': { result: [text] } }, flickering));
    const finding = judge(plan, ran(plan, { 'a.\u001b[31m throw': 'survived' }));
    expect(JSON.stringify(finding)).not.toContain('\\u001b');
    expect(finding.verdict).toBe('abstain');
  });
});
