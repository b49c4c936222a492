import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { NpmRegistry } from '../../../adapters/registry/npm-registry.ts';
import { type Dialect, findInstalled, parseLockfileOf } from '../../../domain/lockfile.ts';
import { parseManifest } from '../../../domain/npm/manifest.ts';
import { HostSandbox } from '../../../testing/host-sandbox.ts';
import { lockfileNames, sampleLocked } from '../../../testing/lock-samples.ts';
import { managerPackage } from '../../../testing/manager-package.ts';
import { sampleChecksum, sampleIntegrity } from '../../../testing/npm-samples.ts';
import { TempGit } from '../../../testing/temp-git.ts';
import { startVerdaccio, type TestPackage, type TestRegistry } from '../../../testing/verdaccio.ts';
import { type DependencyAgentSettings, runDependencyAgent } from '../run.ts';
import { pins } from './pins.ts';

const old = '2020-01-01T00:00:00.000Z';
const sample = (name: string, version: string, over: Partial<TestPackage> = {}): TestPackage => ({
  name,
  version,
  files: { 'index.js': `module.exports = '${version}';` },
  publishedAt: old,
  ...over,
});

const settings: DependencyAgentSettings = {
  target: 'main',
  updates: ['patch', 'minor'],
  ignore: [],
  minimumAgeDays: 7,
  asOf: new Date('2026-01-01T00:00:00Z'),
  remembered: [],
  maxOpen: 5,
  pace: { maxPerDay: null, proposedAt: [], now: new Date('2026-01-01T00:00:00Z') },
  open: [],
  held: [],
  groups: {},
  turnedAway: [],
  security: null,
};

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

const advisories = { known: () => Promise.reject(new Error('nothing vulnerable is looked for')) };

describe('the managers of the registry', () => {
  let verdaccio: TestRegistry;
  let git: TempGit;
  let sandbox: HostSandbox;
  let workspace: string;

  beforeAll(async () => {
    const needs = { manifest: { dependencies: { aa: '^1.0.0' } } };
    verdaccio = await startVerdaccio({
      packages: [
        ...managers.map(({ name }) => managerPackage(name)),
        sample('aa', '1.0.0'),
        sample('aa', '1.1.0'),
        sample('aa', '1.2.0', { publishedAt: '2025-12-31T00:00:00.000Z' }),
        sample('@s/bb', '1.0.0', needs),
      ],
    });
  });
  afterAll(() => verdaccio.close());
  beforeEach(() => {
    git = new TempGit();
    sandbox = new HostSandbox(verdaccio.url);
    workspace = mkdtempSync(join(tmpdir(), 'autoland-test-managers-'));
  });
  afterEach(() => {
    expect(readdirSync(workspace)).toEqual([]);
    sandbox.remove();
    git.remove();
    rmSync(workspace, { recursive: true, force: true });
  });

  const run = (over: Partial<DependencyAgentSettings> = {}) => {
    const registry = new NpmRegistry({ settings: { registry: verdaccio.url } });
    return runDependencyAgent({ git, registry, sandbox, workspace, advisories }, { ...settings, ...over });
  };
  const textIn = async (commit: string, path: string) =>
    (await git.readFile(commit, path))?.toString('utf8') ?? '';

  const shasumOf = async (name: string, version: string) => {
    const answer = await fetch(`${verdaccio.url}${name.replace('/', '%2f')}/${version}`);
    return z.object({ dist: z.object({ shasum: z.string() }) }).parse(await answer.json()).dist.shasum;
  };

  /** What the manager makes of these files, with the whole registry in reach. */
  async function lockedBy(bin: string, files: Record<string, string>, lock: string): Promise<string> {
    const dir = join(workspace, 'first');
    for (const [path, text] of Object.entries({
      ...(bin.includes('cli-dist') && { [lock]: '' }),
      ...files,
    })) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
    }
    const result = await sandbox.run({
      argv: ['node', join(import.meta.dirname, '../../../../node_modules', bin), 'install'],
      cwd: '/first',
      env: {
        YARN_NPM_REGISTRY_SERVER: verdaccio.url,
        YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
        YARN_ENABLE_TELEMETRY: '0',
        YARN_ENABLE_IMMUTABLE_INSTALLS: '0',
      },
      mounts: [{ source: dir, target: '/first', mode: 'write' }],
      network: 'registry',
      limits: { seconds: 60, memoryMiB: 1024, processes: 64, diskMiB: 64, outputKiB: 64 },
    });
    expect(result).toMatchObject({ kind: 'exited', code: 0 });
    const text = readFileSync(join(dir, lock), 'utf8');
    rmSync(dir, { recursive: true });
    return text.replaceAll(verdaccio.url, 'https://registry.yarnpkg.com/');
  }

  /** As its manager left it when 1.0.0 of both packages was the newest there is. */
  async function project(dialect: Dialect, packageManager: string | undefined) {
    const packages = [
      { name: 'aa', version: '1.0.0', range: '^1.0.0' },
      { name: '@s/bb', version: '1.0.0', range: '1.0.0', needs: { aa: '^1.0.0' } },
    ];
    const files = sampleLocked(dialect, packages);
    let lock = (files[lockfileNames[dialect]] ?? '').replace('version: 8', 'version: 10');
    const registry = new NpmRegistry({ settings: { registry: verdaccio.url } });
    for (const { name, version } of packages) {
      const real = await registry.manifest(name, version);
      const shasum = await shasumOf(name, version);
      lock = lock
        .replace(`${name.split('/').at(-1)}-${version}.tgz#${'0'.repeat(40)}`, (all) =>
          all.replace(/0{40}$/, shasum),
        )
        .replaceAll(sampleIntegrity(name, version), real?.integrity ?? '')
        .replaceAll(sampleChecksum(name, version), real?.yarnChecksum ?? '');
    }
    const manifest = { ...JSON.parse(files['package.json'] ?? ''), packageManager };
    return { 'package.json': `${JSON.stringify(manifest, null, 2)}\n`, [lockfileNames[dialect]]: lock };
  }

  it.each(managers)('$called writes its own lockfile', async ({ dialect, called, range }) => {
    const lock = lockfileNames[dialect];
    const files = await project(dialect, called);
    git.commit('main', files);
    const { proposals, skipped } = await run();
    expect(proposals).toMatchObject([{ title: 'Update aa from 1.0.0 to 1.1.0' }]);
    expect(skipped).toMatchObject([{ name: '@s/bb', code: 'dependency.up-to-date' }]);
    const head = proposals[0]?.head ?? '';
    const changed = await git.diff(await git.resolve('main'), head);
    expect(new Set(changed.map(({ path }) => path))).toEqual(new Set(['package.json', lock]));
    expect(await textIn(head, 'package.json')).toBe(files['package.json']?.replace('^1.0.0', '^1.1.0'));
    const text = await textIn(head, lock);
    expect(text).toContain(range);
    expect(text).not.toContain('127.0.0.1');
    const manifest = parseManifest(await textIn(head, 'package.json'), 'package.json');
    const locked = parseLockfileOf(dialect, text, new Map([['', manifest]]));
    expect(findInstalled(locked, '', 'aa')).toMatchObject({ version: '1.1.0', resolved: origins[dialect] });
    // 1.2.0 is what the range admits, and too young.
    expect([...locked.entries.values()].map(({ version }) => version)).not.toContain('1.2.0');
  });

  it.each(managers)('$called raises all members of a workspace', async ({ dialect, called, bin }) => {
    const lock = lockfileNames[dialect];
    const members = {
      'package.json': { name: 'root', private: true, packageManager: called, workspaces: ['packages/*'] },
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
    git.commit('main', { ...files, [lock]: await lockedBy(bin, files, lock) });
    const { proposals, skipped } = await run();
    expect(skipped).toMatchObject([{ name: 'a', code: 'dependency.workspace-member' }]);
    expect(proposals).toMatchObject([{ title: 'Update aa from 1.0.0 to 1.1.0' }]);
    const head = proposals[0]?.head ?? '';
    expect(await textIn(head, 'packages/a/package.json')).toContain('"aa": "1.1.0"');
    expect(await textIn(head, 'packages/b/package.json')).toContain('"aa": "~1.1.0"');
    expect(await textIn(head, lock)).not.toMatch(/aa@(?:npm:)?1\.[02]\.0|aa-1\.0\.0\.tgz/);
  });

  it.each(managers)('$called is not run when it is not what was stated', async ({ dialect, called }) => {
    git.commit('main', await project(dialect, `${called}+sha512.${'0'.repeat(128)}`));
    const { proposals, skipped } = await run();
    expect(proposals).toEqual([]);
    expect(skipped.find(({ name }) => name === 'aa')).toMatchObject({
      code: dialect === 'yarn-berry' ? 'sandbox.failed' : 'registry.invalid',
      reason: expect.stringContaining('packageManager states'),
    });
  });

  it('is the pinned one to the byte, or nothing', async () => {
    // What the registry here serves under the pinned version was packed anew.
    git.commit('main', await project('pnpm', undefined));
    expect((await run()).skipped.find(({ name }) => name === 'aa')).toMatchObject({
      code: 'registry.invalid',
      reason: expect.stringContaining(pins.pnpm.get(9)?.integrity ?? '?'),
    });
    expect(sandbox.jobs.map(({ argv }) => argv[0])).toEqual(['npm']);
  });

  it('is told when the registry does not have it', async () => {
    git.commit('main', await project('pnpm', 'pnpm@9.1.0'));
    expect((await run()).skipped.find(({ name }) => name === 'aa')).toMatchObject({
      code: 'sandbox.failed',
      reason: expect.stringContaining('Expected to fetch pnpm 9.1.0 from the registry'),
    });
  });

  it('proposes nothing where another manager wrote the lockfile, or where there are two', async () => {
    git.commit('main', await project('pnpm', 'yarn@4.1.0'));
    expect(await run()).toMatchObject({ proposals: [], skipped: [{ code: 'dependency.manager' }] });
    const both = {
      ...(await project('pnpm', undefined)),
      'package-lock.json': sampleLocked('npm', [])['package-lock.json'] ?? '',
    };
    git.commit('main', both);
    expect(await run()).toMatchObject({ proposals: [], skipped: [{ code: 'dependency.several-lockfiles' }] });
    expect(sandbox.jobs).toEqual([]);
  });
});
