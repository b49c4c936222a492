import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findInstalled, parseLockfileOf } from '../../../domain/lockfile.ts';
import { parseManifest } from '../../../domain/npm/manifest.ts';
import { lockfileNames, sampleLocked } from '../../../testing/lock-samples.ts';
import { managerPackage } from '../../../testing/manager-package.ts';
import { ManagerStage, managedPackages } from '../../../testing/manager-stage.ts';
import { startVerdaccio, type TestRegistry } from '../../../testing/verdaccio.ts';
import { pins } from './pins.ts';

const managers = [
  {
    dialect: 'pnpm',
    name: 'pnpm',
    called: 'pnpm@10.34.9',
    bin: 'pnpm/bin/pnpm.cjs',
    range: 'specifier: ^1.1.0',
  },
  {
    dialect: 'yarn-classic',
    name: 'yarn',
    called: 'yarn@1.22.22',
    bin: 'yarn/bin/yarn.js',
    range: '\naa@^1.1.0:',
  },
  {
    dialect: 'yarn-berry',
    name: '@yarnpkg/cli-dist',
    called: 'yarn@4.18.1',
    bin: '@yarnpkg/cli-dist/bin/yarn.js',
    range: '"aa@npm:^1.1.0":',
  },
] as const;

/** Where each says that a package comes from: pnpm and Yarn 4 leave it out for the registry's own. */
const origins = {
  npm: undefined,
  pnpm: undefined,
  'yarn-classic': 'https://registry.yarnpkg.com/aa/-/aa-1.1.0.tgz',
  'yarn-berry': undefined,
};

describe('the managers of the registry', () => {
  let verdaccio: TestRegistry;
  let stage: ManagerStage;
  beforeAll(async () => {
    const own = managers.map(({ name }) => managerPackage(name));
    verdaccio = await startVerdaccio({ packages: [...own, ...managedPackages] });
  });
  afterAll(() => verdaccio.close());
  beforeEach(() => {
    stage = new ManagerStage(verdaccio);
  });
  afterEach(() => {
    expect(stage.close()).toEqual([]);
  });

  it.each(managers)('$called writes its own lockfile', async ({ dialect, called, range }) => {
    const lock = lockfileNames[dialect];
    const files = await stage.project(dialect, called);
    stage.git.commit('main', files);
    const { proposals, skipped } = await stage.run();
    expect(proposals).toMatchObject([{ title: 'Update aa from 1.0.0 to 1.1.0' }]);
    expect(skipped).toMatchObject([{ name: '@s/bb', code: 'dependency.up-to-date' }]);
    const head = proposals[0]?.head ?? '';
    const changed = await stage.git.diff(await stage.git.resolve('main'), head);
    expect(new Set(changed.map(({ path }) => path))).toEqual(new Set(['package.json', lock]));
    expect(await stage.text(head, 'package.json')).toBe(files['package.json']?.replace('^1.0.0', '^1.1.0'));
    const text = await stage.text(head, lock);
    expect(text).toContain(range);
    expect(text).not.toContain('127.0.0.1');
    const manifest = parseManifest(await stage.text(head, 'package.json'), 'package.json');
    const locked = parseLockfileOf(dialect, text, new Map([['', manifest]]));
    expect(findInstalled(locked, '', 'aa')).toMatchObject({ version: '1.1.0', resolved: origins[dialect] });
    // 1.2.0 is what the range admits, and too young.
    expect([...locked.entries.values()].map(({ version }) => version)).not.toContain('1.2.0');
  });

  it.each(managers)('$called raises all members of a workspace', async ({ dialect, called, bin }) => {
    const lock = lockfileNames[dialect];
    const members = {
      'package.json': {
        name: 'root',
        private: true,
        packageManager: called,
        workspaces: ['packages/*'],
        // Yarn takes it out of what it reads.
        dependencies: {},
      },
      'packages/a/package.json': { name: 'a', version: '1.0.0', dependencies: { aa: '1.0.0' } },
      'packages/b/package.json': {
        name: 'b',
        version: '1.0.0',
        dependencies: { a: dialect === 'yarn-classic' ? '1.0.0' : 'workspace:*' },
        devDependencies: { aa: '~1.0.0' },
      },
    };
    const texts = Object.entries(members).map(([path, raw]) => [path, `${JSON.stringify(raw, null, 2)}\n`]);
    const files: Record<string, string> = {
      ...Object.fromEntries(texts),
      ...(dialect === 'pnpm' && { 'pnpm-workspace.yaml': 'packages: [packages/*]\n' }),
    };
    // Yarn 4 takes only what has a lockfile for a project of its own.
    const first = { ...(dialect === 'yarn-berry' && { [lock]: '' }), ...files };
    stage.git.commit('main', { ...files, [lock]: await stage.lockedBy(bin, first, lock) });
    const { proposals, skipped } = await stage.run();
    expect(skipped).toMatchObject([{ name: 'a', code: 'dependency.workspace-member' }]);
    expect(proposals).toMatchObject([{ title: 'Update aa from 1.0.0 to 1.1.0' }]);
    const head = proposals[0]?.head ?? '';
    expect(await stage.text(head, 'packages/a/package.json')).toContain('"aa": "1.1.0"');
    expect(await stage.text(head, 'packages/b/package.json')).toContain('"aa": "~1.1.0"');
    expect(await stage.text(head, lock)).not.toMatch(/aa@(?:npm:)?1\.[02]\.0|aa-1\.0\.0\.tgz/);
  });

  it.each(managers)('$called is not run when it is not what was stated', async ({ dialect, called }) => {
    stage.git.commit('main', await stage.project(dialect, `${called}+sha512.${'0'.repeat(128)}`));
    const { proposals, skipped } = await stage.run();
    expect(proposals).toEqual([]);
    expect(skipped.find(({ name }) => name === 'aa')).toMatchObject({
      code: dialect === 'yarn-berry' ? 'sandbox.failed' : 'registry.invalid',
      reason: expect.stringContaining('packageManager states'),
    });
  });

  it('is the pinned one to the byte, or nothing', async () => {
    // What the registry here serves under the pinned version was packed anew.
    stage.git.commit('main', await stage.project('pnpm', undefined));
    expect((await stage.run()).skipped.find(({ name }) => name === 'aa')).toMatchObject({
      code: 'registry.invalid',
      reason: expect.stringContaining(pins.pnpm.get(9)?.integrity ?? '?'),
    });
    expect(stage.sandbox.jobs.map(({ argv }) => argv[0])).toEqual(['npm']);
  });

  it('is told when the registry does not have it', async () => {
    stage.git.commit('main', await stage.project('pnpm', 'pnpm@9.1.0'));
    expect((await stage.run()).skipped.find(({ name }) => name === 'aa')).toMatchObject({
      code: 'sandbox.failed',
      reason: expect.stringContaining('Expected to fetch pnpm 9.1.0 from the registry'),
    });
  });

  it('proposes nothing where another manager wrote the lockfile, or where there are two', async () => {
    stage.git.commit('main', await stage.project('pnpm', 'yarn@4.1.0'));
    expect(await stage.run()).toMatchObject({ proposals: [], skipped: [{ code: 'dependency.manager' }] });
    const both = {
      ...(await stage.project('pnpm', undefined)),
      'package-lock.json': sampleLocked('npm', [])['package-lock.json'] ?? '',
    };
    stage.git.commit('main', both);
    expect(await stage.run()).toMatchObject({
      proposals: [],
      skipped: [{ code: 'dependency.several-lockfiles' }],
    });
    expect(stage.sandbox.jobs).toEqual([]);
  });
});
