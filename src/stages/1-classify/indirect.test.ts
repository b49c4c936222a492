import { describe, expect, it } from 'vitest';
import { packageChanges, parseLockfile } from '../../domain/lockfile.ts';
import { type SampleEntry, sampleEntry, sampleProject } from '../../testing/npm-samples.ts';
import { ruleDependencies } from './dependencies.ts';

type Needs = Readonly<Record<string, string>>;
type Lock = Readonly<Record<string, readonly [version: string, needs?: Needs, section?: string]>>;

/** A project that names ms and app; places are below node_modules. */
function lockOf(lock: Lock) {
  const entries = Object.entries(lock).map(([place, [version, needs = {}, section = 'dependencies']]) => {
    const name = place.split('/node_modules/').at(-1) ?? place;
    return [`node_modules/${place}`, sampleEntry(name, version, { [section]: needs })] as const;
  });
  const packages: Record<string, SampleEntry> = Object.fromEntries(entries);
  return parseLockfile(
    sampleProject({ dependencies: { ms: '^2.0.0', app: '^1.0.0' } }, packages)['package-lock.json'],
  );
}

function rule(before: Lock, after: Lock) {
  const [baseLock, headLock] = [lockOf(before), lockOf(after)];
  return ruleDependencies({
    files: [
      {
        path: 'package-lock.json',
        status: 'modified',
        kind: 'file',
        added: 1,
        removed: 1,
        binary: false,
        size: 1,
      },
    ],
    lockfiles: [['package-lock.json'], ['package-lock.json']],
    baseLock,
    headLock,
    packages: packageChanges(baseLock, headLock),
    manifests: new Map(),
  });
}

const app = (needs: Needs): Lock['x'] => ['1.0.0', needs];

describe('an indirect package beside an update of ms', () => {
  const before: Lock = { ms: ['2.1.2'], app: app({ dbg: '*' }), dbg: ['1.0.0'] };
  it.each<[string, Lock, string]>([
    ['a patch', { dbg: ['1.0.1'] }, 'dependency-patch'],
    ['a minor', { dbg: ['1.1.0'] }, 'dependency-minor'],
    ['a major', { dbg: ['9.0.0'] }, 'other'],
    ['a downgrade', { dbg: ['0.9.0'] }, 'other'],
    ['a major, from a place of its own', { dbg: ['1.0.0'], 'app/node_modules/dbg': ['9.0.0'] }, 'other'],
    ['a new package that nobody had', { ms: ['2.1.3', { x: '^3.0.0' }], x: ['3.0.0'] }, 'dependency-patch'],
  ])('%s, which nothing of the update needs', (_what, change, expected) => {
    expect(rule(before, { ...before, ms: ['2.1.3'], ...change }).class).toBe(expected);
  });

  it('is other when the place that it is taken from goes away', () => {
    const own: Lock = { ...before, 'app/node_modules/dbg': ['9.0.0'] };
    expect(rule(own, { ...before, ms: ['2.1.3'] }).class).toBe('other');
  });

  it('is other when the new version would have taken the former one too', () => {
    const ms: Lock['x'] = ['2.1.3', { dbg: '>=1' }];
    expect(rule(before, { ...before, ms, dbg: ['9.0.0'] })).toMatchObject({
      class: 'other',
      reasons: ['dbg 1.0.0 -> 9.0.0 is breaking, and nothing of the update needs it.'],
    });
  });
});

describe('an indirect package that the update of ms needs', () => {
  const before: Lock = {
    ms: ['2.1.2', { dbg: '^1.0.0' }],
    app: app({ dbg: '*' }),
    dbg: ['1.0.0', { deep: '1.0.0' }],
    deep: ['1.0.0'],
  };
  const after = { ...before, ms: ['2.1.3', { dbg: '^2.0.0' }] } as const;

  it('counts for as much as ms itself, and its step shows', () => {
    const ruling = rule(before, { ...after, dbg: ['2.0.0', { deep: '1.0.1' }], deep: ['1.0.1'] });
    expect(ruling.class).toBe('dependency-patch');
    expect(ruling.reasons.join(' ')).toContain(
      '2 indirect dependencies move because the update needs it; the largest step is breaking: dbg 1.0.0 -> 2.0.0.',
    );
  });

  it.each(['optionalDependencies', 'peerDependencies'])('holds for %s', (section) => {
    const ms: Lock['x'] = ['2.1.3', { dbg: '^2.0.0' }, section];
    expect(rule(before, { ...before, ms, dbg: ['2.0.0'] }).class).toBe('dependency-patch');
  });

  it('does not vouch for what lies beside it', () => {
    const beside = {
      ...before,
      deep: ['1.0.0'],
      app: app({ dbg: '*', other: '*' }),
      other: ['1.0.0'],
    } as Lock;
    expect(
      rule(beside, { ...beside, ...after, app: beside.app, dbg: ['2.0.0'], other: ['2.0.0'] } as Lock),
    ).toMatchObject({ class: 'other' });
  });

  it('does not vouch for a range that only git understands', () => {
    const ms: Lock['x'] = ['2.1.3', { dbg: 'github:x/dbg' }];
    expect(rule(before, { ...before, ms, dbg: ['2.0.0'] }).class).toBe('other');
  });
});
