import { describe, expect, it } from 'vitest';
import { AutolandError } from '../../domain/errors.ts';
import { packageChanges, parseLockfile } from '../../domain/lockfile.ts';
import type { Advisory } from '../../domain/npm/advisories.ts';
import { MemoryAdvisories } from '../../testing/memory-package-proofs.ts';
import { type SampleEntry, sampleEntry, sampleProject } from '../../testing/npm-samples.ts';
import { readSecurity } from './run-security.ts';

type Lock = Readonly<Record<string, readonly [version: string, needs?: Readonly<Record<string, string>>]>>;

/** A project that names app and ms; places are below node_modules. */
function lockOf(lock: Lock) {
  const packages: Record<string, SampleEntry> = {};
  for (const [name, [version, dependencies = {}]] of Object.entries(lock))
    packages[`node_modules/${name}`] = sampleEntry(name, version, { dependencies });
  const manifest = { dependencies: { app: '^1.0.0', ms: '^2.0.0' } };
  return parseLockfile(sampleProject(manifest, packages)['package-lock.json']);
}

const advisory = (id: string): Advisory => {
  return { id, title: '', url: '', severity: 'high', malicious: false };
};
const source = { from: 'registry' } as const;

function rule(before: Lock, after: Lock, known: Readonly<Record<string, readonly string[]>>) {
  const [baseLock, headLock] = [lockOf(before), lockOf(after)];
  const told = Object.entries(known).map(([key, ids]) => [key, ids.map(advisory)] as const);
  const ruled = {
    class: 'dependency-patch',
    reasons: [],
    packages: packageChanges(baseLock, headLock),
    protectedPaths: [],
  } as const;
  const advisories = new MemoryAdvisories(Object.fromEntries(told));
  return readSecurity({ advisories, source }, ruled, { baseLock, headLock });
}

const before: Lock = { app: ['1.0.0', { kit: '~1.0.0' }], kit: ['1.0.0'], ms: ['2.0.0'] };
const raised: Lock = { ...before, app: ['1.0.1', { kit: '~1.1.0' }], kit: ['1.1.0'] };

describe('an update for security', () => {
  it.each<[string, Lock, Readonly<Record<string, readonly string[]>>, readonly string[] | undefined]>([
    ['mends what the project names', { ...before, ms: ['2.0.1'] }, { 'ms@2.0.0': ['A'] }, ['ms@2.0.1']],
    ['mends what comes with another', { ...before, kit: ['1.0.1'] }, { 'kit@1.0.0': ['A'] }, ['kit@1.0.1']],
    ['raises what brings it', raised, { 'kit@1.0.0': ['A'] }, ['app@1.0.1', 'kit@1.1.0']],
    ['mends nothing', { ...before, ms: ['2.0.1'] }, {}, undefined],
    [
      'brings another package along',
      { ...before, ms: ['2.0.1'], kit: ['1.0.1'] },
      { 'ms@2.0.0': ['A'] },
      undefined,
    ],
    ['brings another direct one along', { ...raised, ms: ['2.0.1'] }, { 'kit@1.0.0': ['A'] }, undefined],
    [
      'is vulnerable by something else',
      { ...before, ms: ['2.0.1'] },
      { 'ms@2.0.0': ['A'], 'ms@2.0.1': ['B'] },
      undefined,
    ],
    [
      'is still vulnerable',
      { ...before, ms: ['2.0.1'] },
      { 'ms@2.0.0': ['A', 'B'], 'ms@2.0.1': ['B'] },
      undefined,
    ],
  ])('is one that %s', async (_what, after, known, mends) => {
    const found = await rule(before, after, known);
    expect(found.class).toBe(mends === undefined ? 'dependency-patch' : 'dependency-security');
    expect('fixes' in found ? found.fixes : undefined).toEqual(
      mends?.map((key) => ({ name: key.split('@')[0], version: key.split('@')[1], ids: ['A'] })),
    );
  });

  it('is none of another class, and none where nobody is asked, answers or knows', async () => {
    const locks = { baseLock: lockOf(before), headLock: lockOf({ ...before, ms: ['2.0.1'] }) };
    const packages = packageChanges(locks.baseLock, locks.headLock);
    const ruled = { class: 'dependency-patch', reasons: [], packages, protectedPaths: [] } as const;
    const knowing = new MemoryAdvisories({ 'ms@2.0.0': [advisory('A')] });
    const down = { known: () => Promise.reject(new AutolandError('registry.unreachable', 'down')) };
    const dumb = {
      known: async () => ({ known: new Map([['ms@2.0.0', [advisory('A')]]]), silent: ['ms@2.0.1'] }),
    };
    const classOf = async (advisories: typeof down | typeof dumb | MemoryAdvisories, as = ruled) =>
      (await readSecurity({ advisories, source }, as, locks)).class;
    expect(await classOf(knowing)).toBe('dependency-security');
    expect(await classOf(down)).toBe('dependency-patch');
    expect(await classOf(dumb)).toBe('dependency-patch');
    expect(
      (await readSecurity({ advisories: knowing, source }, { ...ruled, class: 'other' }, locks)).class,
    ).toBe('other');
    expect((await readSecurity(undefined, ruled, locks)).class).toBe('dependency-patch');
  });
});
