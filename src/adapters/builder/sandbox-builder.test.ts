import { mkdtempSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseConfig } from '../../config/config.ts';
import { HostSandbox } from '../../testing/host-sandbox.ts';
import { MemoryKeyRing } from '../../testing/memory-keys.ts';
import { TempGit, type TestFiles } from '../../testing/temp-git.ts';
import { DsseAttestor } from '../attestor/dsse-attestor.ts';
import { FileReleaseStore } from '../release-store/file-release-store.ts';
import { removeTree } from '../remove-tree.ts';
import { SandboxBuilder } from './sandbox-builder.ts';

let git: TempGit;
let sandbox: HostSandbox;
let workspace: string;
let releases: FileReleaseStore;
beforeEach(async () => {
  git = new TempGit();
  sandbox = new HostSandbox();
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-builder-')));
  releases = await FileReleaseStore.open(join(workspace, 'releases'));
});
afterEach(async () => {
  sandbox.remove();
  git.remove();
  // Releases are read-only, for who is not root too.
  await removeTree(workspace);
});

const files = {
  'build.js': "require('node:fs').appendFileSync('shop/built.js', 'built;');\n",
  'shop/server.js': 'shop',
  'admin/server.js': 'admin',
  'shared.js': 'shared',
};

const clock = { now: () => new Date(), monotonicMs: () => 0 };

function build(services: string, from: TestFiles = files) {
  const commands = 'commands: { install: null, build: [node, build.js] }';
  const config = parseConfig(`version: 1\n${commands}\n${services}\n`, 'test.yaml');
  const attestor = new DsseAttestor(new MemoryKeyRing());
  const repository = 'git:x';
  const builder = new SandboxBuilder({ git, sandbox, releases, attestor, clock, repository, workspace });
  return builder.build(git.commit('main', from), config);
}

async function built(services: string) {
  const outcome = await build(services);
  if ('failed' in outcome) throw new Error(outcome.failed);
  return outcome.digests;
}

async function contentOf(digest: string | undefined): Promise<readonly string[]> {
  const release = await releases.get(digest ?? '');
  if (release === undefined) throw new Error('nothing was stored');
  return readdirSync(release.dir, { recursive: true, encoding: 'utf8' }).sort();
}

it('builds once for all services, and gives each what it is made of', async () => {
  const digests = await built(
    `services:
  - { name: shop, command: [node, s], artifact: { include: ['shop/**', shared.js] } }
  - { name: admin, command: [node, a], artifact: { include: ['admin/**', shared.js] } }
  - { name: all, command: [node, a] }`,
  );
  expect(await contentOf(digests.shop)).toEqual(['shared.js', 'shop', 'shop/built.js', 'shop/server.js']);
  expect(await contentOf(digests.admin)).toEqual(['admin', 'admin/server.js', 'shared.js']);
  expect(await contentOf(digests.all)).toContain('build.js');
  expect(sandbox.jobs).toHaveLength(1);
  const { dir } = (await releases.get(digests.shop ?? '')) ?? { dir: '' };
  expect(readFileSync(join(dir, 'shop/built.js'), 'utf8')).toBe('built;');
  for (const digest of Object.values(digests))
    expect(await releases.attached(digest, 'provenance')).toBeDefined();
});

it('makes one release of the same content, for whichever service', async () => {
  const digests = await built(
    'services: [{ name: web, command: [node, w] }, { name: api, command: [node, a] }]',
  );
  expect(digests.web).toBe(digests.api);
});

it('says how the commands failed, and leaves nothing behind', async () => {
  const shop = 'service: { name: shop, command: [node, s] }';
  expect(await build(shop)).toHaveProperty('digests.shop');
  expect(await build(shop, { 'a.txt': 'a' })).toMatchObject({
    failed: expect.stringContaining('node build.js exited 1'),
  });
  expect(readdirSync(workspace)).toEqual(['releases']);
});
