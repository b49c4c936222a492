import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { isProject, type Lockfile, parseLockfile } from '../../../domain/lockfile.ts';
import { parseManifest } from '../../../domain/npm/manifest.ts';
import { byText } from '../../../domain/npm/order.ts';
import { HostSandbox } from '../../../testing/host-sandbox.ts';
import { HttpRegistry } from '../../../testing/http-registry.ts';
import { MemoryRegistry } from '../../../testing/npm-samples.ts';
import { nothingIsOrphaned } from './agreement.ts';
import { claimsDiffer } from './claims.ts';
import { flagsFollow } from './flags.ts';
import { manifestsAgree } from './manifests.ts';
import { needsDiffer } from './needs.ts';

/** Each section, alone and together; names that differ in nothing but their section. */
const registry = new MemoryRegistry()
  .add('plain', '1.0.0', { dependencies: { leaf: '^1.0.0', '@scope/leaf': '>=1 <3' } })
  .add('mixed', '1.2.0', {
    dependencies: { leaf: '*' },
    optionalDependencies: { native: '1.0.0', absent: '^9.0.0' },
    peerDependencies: { host: '^1.0.0 || ^2.0.0', maybe: '*' },
    optionalPeers: ['maybe'],
  })
  .add('only-peers', '1.0.0', { peerDependencies: { host: '>=1' } })
  .add('host', '2.1.0', { dependencies: { leaf: '1.x' } })
  .add('leaf', '1.0.0')
  .add('leaf', '1.5.0')
  .add('@scope/leaf', '2.0.0', { peerDependencies: { leaf: '*' }, optionalPeers: ['leaf'] })
  .add('native', '1.0.0', { scripts: { install: 'node-gyp rebuild' } })
  .add('maybe', '1.0.0')
  .add('absent', '1.0.0');

const manifest = {
  name: 'project',
  version: '1.0.0',
  dependencies: { plain: '^1.0.0', mixed: '^1.0.0' },
  devDependencies: { 'only-peers': '^1.0.0' },
  optionalDependencies: { native: '^1.0.0' },
  peerDependencies: { host: '*', maybe: '*' },
  peerDependenciesMeta: { maybe: { optional: true } },
};

let folder = '';
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The lockfile that npm itself writes for the project. */
async function lockByNpm(): Promise<Lockfile> {
  folder = mkdtempSync(join(tmpdir(), 'autoland-test-needs-'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  const http = await HttpRegistry.start(registry);
  const sandbox = new HostSandbox(http.url);
  const done = await sandbox.run({
    argv: ['npm', 'install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'],
    cwd: '/work',
    env: {},
    mounts: [{ source: folder, target: '/work', mode: 'write' }],
    network: 'registry',
    limits: { seconds: 60, memoryMiB: 1024, processes: 64, diskMiB: 64, outputKiB: 64 },
  });
  await http.stop();
  sandbox.remove();
  expect(done).toMatchObject({ kind: 'exited', code: 0 });
  return parseLockfile(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
}

describe('a lockfile that npm wrote', () => {
  it('needs what the tarballs and the manifest say, and nothing else', async () => {
    const lock = await lockByNpm();
    const packages = [...lock.entries.values()].filter(({ path }) => !isProject(path));
    expect(packages.map(({ name }) => name).toSorted(byText)).toEqual([
      '@scope/leaf',
      'host',
      'leaf',
      'mixed',
      'native',
      'only-peers',
      'plain',
    ]);
    for (const entry of packages) {
      const served = await registry.manifest(entry.name, entry.version ?? '');
      expect(served && needsDiffer(entry, served)).toEqual([]);
      expect(served && claimsDiffer(entry, served)).toEqual([]);
    }
    expect(lock.entries.get('node_modules/mixed')?.optionalPeers).toEqual(['maybe']);
    const manifests = new Map([['', parseManifest(JSON.stringify(manifest), 'package.json')]]);
    expect(manifestsAgree({ head: lock, manifests })).toEqual([]);
    expect(nothingIsOrphaned(lock, packages)).toEqual([]);
    expect(flagsFollow(lock, packages)).toEqual([]);
  });
});
