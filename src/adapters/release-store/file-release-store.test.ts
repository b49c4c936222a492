import { execFileSync, spawn } from 'node:child_process';
import {
  appendFile,
  chmod,
  mkdtemp,
  readdir,
  rename,
  rm,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { releaseStoreContract, sampleTree, writeTree } from '../../testing/contracts/release-store.ts';
import { removeTree } from '../remove-tree.ts';
import { FileReleaseStore } from './file-release-store.ts';
import { type TreeItem, treeDigest } from './tree-listing.ts';

releaseStoreContract(async () => {
  const top = await mkdtemp(join(tmpdir(), 'autoland-releases-'));
  return { store: await FileReleaseStore.open(join(top, 'releases')), dispose: () => removeTree(top) };
});

describe('FileReleaseStore', () => {
  let top: string;
  let store: FileReleaseStore;
  const commit = '1'.repeat(40);
  const put = () => store.put({ dir: join(top, 'built'), service: 'shop', commit });

  beforeEach(async () => {
    top = await mkdtemp(join(tmpdir(), 'autoland-releases-'));
    store = await FileReleaseStore.open(join(top, 'releases'));
    await writeTree(join(top, 'built'), sampleTree);
  });
  afterEach(() => removeTree(top));

  /** As an intruder, or a careless operator, would. */
  const tamperings: readonly (readonly [string, (dir: string) => Promise<void>])[] = [
    ['a changed file', (dir) => appendFile(join(dir, 'package.json'), ' ')],
    ['an added file', (dir) => writeFile(join(dir, 'src', 'more.js'), '')],
    ['a removed file', (dir) => unlink(join(dir, 'package.json'))],
    ['a file made executable', (dir) => chmod(join(dir, 'package.json'), 0o755)],
    ['a renamed directory', (dir) => rename(join(dir, 'src'), join(dir, 'lib'))],
    [
      'a file turned into a link',
      async (dir) => {
        await unlink(join(dir, 'package.json'));
        await symlink('src/server.js', join(dir, 'package.json'));
      },
    ],
    ['a link to the outside', (dir) => symlink('/etc/passwd', join(dir, 'passwd'))],
    ['no tree at all', (dir) => rename(dir, `${dir}-gone`)],
  ];

  it.each(tamperings)('finds %s, and putting it again mends it', async (_what, tamper) => {
    const release = await put();
    await store.attach(release.digest, 'provenance', { kept: true });
    for (const dir of ['', 'src']) await chmod(join(release.dir, dir), 0o755);
    await chmod(join(release.dir, 'package.json'), 0o644);
    await tamper(release.dir);
    await expect(store.get(release.digest)).rejects.toMatchObject({ code: 'release.corrupt' });
    expect(await put()).toEqual(release);
    expect(await store.get(release.digest)).toEqual(release);
    expect(await store.attached(release.digest, 'provenance')).toEqual({ kept: true });
  });

  it('finds a damaged record or attestation', async () => {
    const release = await put();
    await store.attach(release.digest, 'gate-shop', {});
    await writeFile(join(release.dir, '..', 'gate-shop.json'), '{"half":');
    await expect(store.attached(release.digest, 'gate-shop')).rejects.toMatchObject({
      code: 'release.corrupt',
    });
    await writeFile(join(release.dir, '..', 'release.json'), '[]');
    await expect(store.get(release.digest)).rejects.toMatchObject({ code: 'release.corrupt' });
    expect(await put()).toEqual(release);
  });

  it('finds the word of the gate from before it was given for each service', async () => {
    const release = await put();
    await writeFile(join(release.dir, '..', 'gate.json'), '{"from":"before"}');
    expect(await store.attached(release.digest, 'gate-shop')).toEqual({ from: 'before' });
    await store.attach(release.digest, 'gate-shop', { from: 'now' });
    expect(await store.attached(release.digest, 'gate-shop')).toEqual({ from: 'now' });
  });

  it('takes no name of a service for a path', async () => {
    const release = await put();
    const sly = 'gate-../../../stolen';
    await expect(store.attach(release.digest, sly, {})).rejects.toMatchObject({ code: 'release.not-found' });
    await writeFile(join(release.dir, '..', 'gate-'), '{}');
    expect(await store.attached(release.digest, 'gate-/../release')).toBeUndefined();
  });

  it('does not follow what the builder does to its own files afterwards', async () => {
    const release = await put();
    await writeFile(join(top, 'built', 'package.json'), 'other');
    expect(await store.get(release.digest)).toEqual(release);
  });

  it('refuses pipes and names that are not UTF-8', async () => {
    execFileSync('mkfifo', [join(top, 'built', 'pipe')]);
    await expect(put()).rejects.toMatchObject({ code: 'release.unsafe-tree' });
    await rm(join(top, 'built', 'pipe'));
    await writeFile(Buffer.concat([Buffer.from(join(top, 'built/')), Buffer.from([0x61, 0xff])]), '');
    await expect(put()).rejects.toMatchObject({ code: 'release.unsafe-tree' });
    expect(await readdir(join(top, 'releases'))).toEqual([]);
  });

  it('survives kill -9 in the middle of a put: nothing half is ever a release', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 400 }, (_, i) => [`d${i % 20}/f${i}`, `${i}`.repeat(100)]),
    );
    await writeTree(join(top, 'built'), many);
    const module = fileURLToPath(new URL('file-release-store.ts', import.meta.url));
    const script = `
      const { FileReleaseStore } = await import(${JSON.stringify(module)});
      const store = await FileReleaseStore.open(process.argv[1]);
      console.log('start');
      await store.put({ dir: process.argv[2], service: 'shop', commit: '${commit}' });`;
    const releases = join(top, 'releases');
    for (const delay of [0, 20, 60]) {
      const args = ['--input-type=module', '-e', script, '--', releases, join(top, 'built')];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      await new Promise((resolve) => child.stdout.once('data', resolve));
      await new Promise((resolve) => setTimeout(resolve, delay));
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
      for (const name of await readdir(releases)) {
        if (!name.startsWith('.')) expect((await store.get(`sha256:${name}`))?.service).toBe('shop');
      }
    }
    const release = await put();
    expect(await store.get(release.digest)).toEqual(release);
    await store.collect({ keep: new Set([release.digest]), before: new Date(), dryRun: false });
    expect(await readdir(releases)).toEqual([release.digest.slice('sha256:'.length)]);
  });
});

describe('treeDigest', () => {
  const item: fc.Arbitrary<TreeItem> = fc.oneof(
    fc.record({ kind: fc.constant('directory' as const), path: fc.string({ minLength: 1 }) }),
    fc.record({ kind: fc.constant('link' as const), path: fc.string({ minLength: 1 }), target: fc.string() }),
    fc.record({
      kind: fc.constant('file' as const),
      path: fc.string({ minLength: 1 }),
      executable: fc.boolean(),
      sha256: fc.constantFrom('a'.repeat(64), 'b'.repeat(64)),
    }),
  );
  const tree = fc.uniqueArray(item, { selector: ({ path }) => path, maxLength: 6 });

  it('does not depend on the order', () => {
    fc.assert(
      fc.property(tree, (items) => {
        expect(treeDigest([...items].reverse())).toBe(treeDigest(items));
      }),
    );
  });

  it('differs for different trees', () => {
    const known = new Map<string, string>();
    fc.assert(
      fc.property(tree, (items) => {
        const canonical = JSON.stringify(
          [...items].sort((a, b) => (a.path < b.path ? -1 : 1)).map((i) => Object.entries(i).sort()),
        );
        const digest = treeDigest(items);
        expect(known.get(digest) ?? canonical).toBe(canonical);
        known.set(digest, canonical);
      }),
      { numRuns: 500 },
    );
  });

  it('is the documented format', () => {
    // printf 'autoland release tree v1\n["directory","d"]\n["file","d/f","x","00"]\n["link","l","d/f"]\n' | sha256sum
    const items: TreeItem[] = [
      { kind: 'link', path: 'l', target: 'd/f' },
      { kind: 'file', path: 'd/f', executable: true, sha256: '00' },
      { kind: 'directory', path: 'd' },
    ];
    expect(treeDigest(items)).toBe('sha256:63890908d89128b274386f6bac2d67f15fd7c26dd69efd191e9f16296d733dd1');
  });
});
