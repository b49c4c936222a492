import fc from 'fast-check';
import semver from 'semver';
import { describe, expect, it } from 'vitest';
import { parseLockfile } from '../../../domain/lockfile.ts';
import type { Advisory } from '../../../domain/npm/advisories.ts';
import type { RegistryPackage } from '../../../domain/npm/package.ts';
import { sampleEntry, sampleProject } from '../../../testing/npm-samples.ts';
import type { UpdateRules } from '../choose/rules.ts';
import type { Asker } from './askers.ts';
import { chooseFix, fixedVersions, laterVersions, type Vulnerable, vulnerableIn } from './fixes.ts';

const rules: UpdateRules = {
  updates: ['patch'],
  ignore: [],
  minimumAgeDays: 7,
  asOf: new Date('2026-01-01T00:00:00Z'),
  remembered: [],
};
const old = '2020-01-01T00:00:00Z';
const advisory = (id: string, over: Partial<Advisory> = {}): Advisory => {
  return { id, title: '', url: '', severity: 'high', malicious: false, ...over };
};
const kit: Vulnerable = { name: 'kit', version: '1.0.0', advisories: [advisory('GHSA-1')] };
const packageOf = (versions: readonly string[]): RegistryPackage => ({
  name: 'kit',
  latest: undefined,
  versions: versions.map((version) => ({ version, publishedAt: old, deprecated: false })),
});
const answer = (bad: readonly string[], silent: readonly string[] = []) => ({
  known: new Map(bad.map((version) => [`kit@${version}`, [advisory('GHSA-1')]])),
  silent: silent.map((version) => `kit@${version}`),
});
const asks = (range: string | undefined): Asker => ({ name: 'app', version: '1.0.0', range });

function choose(versions: readonly string[], bad: readonly string[], askers: readonly Asker[] = []) {
  const later = laterVersions('1.0.0', packageOf(versions), 100);
  return chooseFix({ vulnerable: kit, fixed: fixedVersions('kit', later, answer(bad)), askers }, rules);
}

describe('chooseFix', () => {
  it.each<[string, Parameters<typeof choose>, object]>([
    ['the least, though only patches are wanted', [['1.2.0', '1.1.0'], []], { to: '1.1.0', kind: 'minor' }],
    ['none that is vulnerable itself', [['1.0.1', '1.0.2'], ['1.0.1']], { to: '1.0.2' }],
    ['the same major before another', [['2.0.0', '1.9.0'], []], { to: '1.9.0' }],
    ['what every asker admits', [['1.0.1', '1.1.0'], [], [asks('^1.0.0'), asks('>=1.1')]], { to: '1.1.0' }],
    ['nothing, where all are vulnerable', [['1.0.1'], ['1.0.1']], { code: 'dependency.no-fix' }],
    ['nothing, where none is later', [['0.9.0'], []], { code: 'dependency.no-fix' }],
    ['nothing, where a major is needed', [['2.0.0'], []], { code: 'dependency.fix-breaking' }],
    ['nothing out of a range', [['1.1.0'], [], [asks('~1.0.0')]], { code: 'dependency.fix-out-of-range' }],
    ['nothing for an alias', [['1.1.0'], [], [asks(undefined)]], { code: 'dependency.fix-out-of-range' }],
  ])('takes %s', (_what, given, expected) => {
    expect(choose(...given)).toMatchObject(expected);
  });

  it('takes what the rules let through: age, deprecation, what is ignored and what was turned away', () => {
    const young = { version: '1.0.1', publishedAt: '2025-12-30T00:00:00Z', deprecated: false };
    const wish = { vulnerable: kit, fixed: [young], askers: [] };
    expect(chooseFix(wish, rules)).toMatchObject({
      code: 'dependency.too-young',
      until: '2026-01-06T00:00:00.000Z',
    });
    const fast = { ...rules, minimumAgeDays: 2 };
    expect(chooseFix(wish, fast)).toMatchObject({ to: '1.0.1' });
    expect(chooseFix(wish, { ...fast, ignore: ['kit'] })).toMatchObject({ code: 'dependency.ignored' });
    const remembered = [{ name: 'kit', version: '1.0.1', code: 'tests.red' }];
    expect(chooseFix(wish, { ...fast, remembered })).toMatchObject({ code: 'dependency.remembered' });
  });

  it('claims nothing of a version whose registry is silent', () => {
    const later = laterVersions('1.0.0', packageOf(['1.0.1', '1.0.2']), 100);
    expect(fixedVersions('kit', later, answer([], ['1.0.1'])).map(({ version }) => version)).toEqual([
      '1.0.2',
    ]);
  });

  it('never takes what is vulnerable, lower, breaking or out of range, nor more than it must', () => {
    const version = fc.tuple(fc.nat(2), fc.nat(3), fc.nat(3)).map((parts) => parts.join('.'));
    const range = fc.constantFrom('*', '^1.0.0', '~1.0.0', '>=1.1.0', '1.0.2 || 1.2.x');
    const versions = fc.uniqueArray(version, { maxLength: 20 });
    const bad = fc.uniqueArray(version, { maxLength: 10 });
    fc.assert(
      fc.property(versions, bad, fc.array(range, { maxLength: 2 }), (all, known, ranges) => {
        const choice = choose(all, known, ranges.map(asks));
        const good = all
          .filter((each) => semver.gt(each, '1.0.0') && semver.satisfies(each, '^1.0.0'))
          .filter((each) => !known.includes(each) && ranges.every((one) => semver.satisfies(each, one)))
          .sort(semver.compare);
        expect('to' in choice ? choice.to : undefined).toBe(good[0]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a lockfile', () => {
  const lock = parseLockfile(
    sampleProject(
      { dependencies: { app: '^1.0.0', other: '^1.0.0', kit: '^2.0.0' } },
      {
        'node_modules/app': sampleEntry('app', '1.0.0', { dependencies: { kit: '~1.0.0', deep: '*' } }),
        'node_modules/app/node_modules/kit': sampleEntry('kit', '1.0.0'),
        'node_modules/deep': sampleEntry('deep', '1.0.0', { dependencies: { kit: '^2.0.0' } }),
        'node_modules/kit': sampleEntry('kit', '2.0.0'),
        'node_modules/other': sampleEntry('other', '1.0.0', { dependencies: { deep: '*' } }),
      },
    )['package-lock.json'],
  );

  it('is looked through from the worst on', () => {
    const known = new Map([
      ['kit@1.0.0', [advisory('A', { severity: 'low' })]],
      ['kit@2.0.0', [advisory('B', { severity: 'critical' })]],
      ['deep@1.0.0', [advisory('C', { malicious: true, severity: 'unknown' })]],
      ['gone@1.0.0', [advisory('D')]],
    ]);
    const found = vulnerableIn(lock, { known, silent: [] });
    expect(found.map(({ name, version }) => `${name}@${version}`)).toEqual([
      'deep@1.0.0',
      'kit@2.0.0',
      'kit@1.0.0',
    ]);
  });
});
