import { describe, expect, it } from 'vitest';
import type { Behaviour, Observation, Outcome } from '../../../domain/behaviour.ts';
import type { ChangeClass, PackageChange } from '../../../domain/change.ts';
import { parseManifest } from '../../../domain/npm/manifest.ts';
import type { Facts, LockFacts, RegistryFacts, TestFacts } from '../facts.ts';
import { characterization } from './characterization.ts';
import type { ReplayFacts } from './facts.ts';

const update: PackageChange = { name: 'a', path: 'node_modules/a', from: '1.0.0', to: '1.0.1', direct: true };
const returned = (shown: string): Outcome => ({ kind: 'return', type: 'string', digest: shown, shown });
const lookedUp: Outcome = { kind: 'read', type: 'function', digest: 'f', shown: '[Function]' };

function run(outcomes: Readonly<Record<string, Outcome>>, gaps: readonly string[] = []): Behaviour {
  const calls = Object.entries(outcomes).map(([key, outcome]) => {
    const facets = new Map([['result', [outcome]]]);
    return [key, { package: 'a', path: key, args: '()', facets }] as const;
  });
  const loads = [{ package: 'a', version: '1.0.0', by: undefined }];
  return { loads, calls: new Map(calls), gaps };
}

const nothing: Behaviour = { loads: [], calls: new Map(), gaps: [] };

function verdictOf(
  observed: Observation | undefined,
  {
    packages = [update],
    section = 'dependencies',
    changeClass = 'dependency-patch',
    replayed = { kind: 'none' },
  }: { packages?: PackageChange[]; section?: string; changeClass?: ChangeClass; replayed?: ReplayFacts } = {},
) {
  const manifest = parseManifest(JSON.stringify({ [section]: { a: '^1.0.0' } }), 'package.json');
  const facts: Partial<Facts> = {
    lock: {
      base: undefined,
      head: undefined,
      manifests: new Map([['', manifest]]),
      origins: [],
      files: { base: [], head: [], touched: [] },
    } as LockFacts,
    registry: { packages } as Partial<RegistryFacts> as RegistryFacts,
    tests: { configured: true, class: changeClass, observed } as Partial<TestFacts> as TestFacts,
    replayed,
    amplified: { kind: 'none' },
  };
  return characterization.check(facts);
}

const observed = (base: Behaviour, head: Behaviour, again = base): Observation => ({
  kind: 'observed',
  base: [base, again],
  head,
});

describe('characterization', () => {
  it('passes what behaves as it did', () => {
    const same = run({ 'a.f': returned('x') });
    expect(verdictOf(observed(same, same))).toMatchObject({ verdict: 'pass', code: 'characterization.same' });
  });

  it('fails what does not, and names it', () => {
    const found = verdictOf(observed(run({ 'a.f': returned('x') }), run({ 'a.f': returned('\u001b[2Jy') })));
    expect(found).toMatchObject({
      verdict: 'fail',
      code: 'characterization.value-differs',
      reason: 'a@1.0.0 -> 1.0.1: a.f() (result): old return x, new return [2Jy.',
      evidence: { count: 1, differences: [{ call: 'a.f()', old: 'return x', new: 'return [2Jy' }] },
    });
  });

  it.each<[string, Observation, string]>([
    [
      'a gap',
      observed(run({ 'a.f': returned('x') }), run({ 'a.f': returned('x') }, ['too-many'])),
      'truncated',
    ],
    ['nothing but look-ups', observed(run({ 'a.f': lookedUp }), run({ 'a.f': lookedUp })), 'not-exercised'],
    [
      'flickering only',
      observed(run({ 'a.f': returned('1') }), run({ 'a.f': returned('3') }), run({ 'a.f': returned('2') })),
      'all-masked',
    ],
    ['a production package that no test loads', observed(nothing, nothing), 'not-loaded'],
    ['tests that cannot be watched', { kind: 'disturbed' }, 'disturbed'],
    ['tests that fail', { kind: 'not-run' }, 'not-run'],
  ])('abstains for %s', (_name, observation, code) => {
    expect(verdictOf(observation)).toMatchObject({ verdict: 'abstain', code: `characterization.${code}` });
  });

  it('passes where there is nothing to look at, and says so', () => {
    expect(verdictOf(undefined, { packages: [] })).toMatchObject({
      verdict: 'pass',
      code: 'characterization.nothing-to-observe',
    });
    expect(verdictOf(undefined)).toMatchObject({ verdict: 'pass', code: 'characterization.own-code' });
    expect(verdictOf(observed(nothing, nothing), { section: 'devDependencies' })).toMatchObject({
      verdict: 'pass',
      code: 'characterization.not-reached',
    });
  });

  it('never holds a revert', () => {
    expect(verdictOf(undefined, { changeClass: 'revert' })).toMatchObject({
      verdict: 'pass',
      code: 'characterization.revert',
    });
  });

  it('bounds its evidence', () => {
    const many = (text: string) =>
      run(
        Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`a.f${at}`, returned(text.repeat(500))])),
      );
    const found = verdictOf(observed(many('x'), many('y')));
    expect(found?.evidence.count).toBe(50);
    expect(JSON.stringify(found).length).toBeLessThan(12_000);
  });
});
