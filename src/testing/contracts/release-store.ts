import { chmod, lstat, mkdir, mkdtemp, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReleaseStore } from '../../ports/release-store.ts';

/** A file's text, `{ run }` for an executable one, `{ link }` for a symbolic link. */
export type Tree = Readonly<Record<string, string | { readonly run: string } | { readonly link: string }>>;

export const sampleTree: Tree = {
  'package.json': '{"name":"shop"}\n',
  'src/server.js': 'console.log(1)\n',
  'node_modules/tool/cli.js': { run: '#!/usr/bin/env node\n' },
  'node_modules/.bin/tool': { link: '../tool/cli.js' },
};

export async function writeTree(dir: string, tree: Tree): Promise<void> {
  await mkdir(dir, { recursive: true });
  for (const [path, content] of Object.entries(tree)) {
    const full = join(dir, path);
    await mkdir(dirname(full), { recursive: true });
    if (typeof content === 'string') await writeFile(full, content);
    else if ('link' in content) await symlink(content.link, full);
    else {
      await writeFile(full, content.run);
      await chmod(full, 0o755);
    }
  }
}

/** Every release store behaves so. The factory makes an empty one each time it is called. */
export function releaseStoreContract(
  make: () => Promise<{ store: ReleaseStore; dispose: () => Promise<void> }>,
) {
  describe('release store contract', () => {
    let store: ReleaseStore;
    let dispose: () => Promise<void>;
    let top: string;
    let count = 0;
    beforeAll(async () => {
      ({ store, dispose } = await make());
      top = await mkdtemp(join(tmpdir(), 'autoland-built-'));
    });
    afterAll(async () => {
      await dispose();
      await rm(top, { recursive: true, force: true });
    });

    const commit = '1'.repeat(40);
    const put = async (tree: Tree) => {
      count += 1;
      const dir = join(top, `build-${count}`);
      await writeTree(dir, tree);
      return store.put({ dir, service: 'shop', commit });
    };

    it('gives back what was put, read-only and whole', async () => {
      const release = await put(sampleTree);
      expect(release).toMatchObject({
        service: 'shop',
        commit,
        digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      });
      expect(await store.get(release.digest)).toEqual(release);
      expect(await readFile(join(release.dir, 'src/server.js'), 'utf8')).toBe('console.log(1)\n');
      expect(await readlink(join(release.dir, 'node_modules/.bin/tool'))).toBe('../tool/cli.js');
      expect((await lstat(join(release.dir, 'node_modules/tool/cli.js'))).mode & 0o777).toBe(0o555);
      expect((await lstat(join(release.dir, 'package.json'))).mode & 0o777).toBe(0o444);
      expect((await lstat(join(release.dir, 'src'))).mode & 0o222).toBe(0);
    });

    it('names the same content once, and different content differently', async () => {
      const release = await put(sampleTree);
      expect(await put(sampleTree)).toEqual(release);
      const others: Tree[] = [
        { ...sampleTree, 'src/server.js': 'console.log(2)\n' },
        { ...sampleTree, 'package.json': { run: '{"name":"shop"}\n' } },
        { ...sampleTree, extra: '' },
        { ...sampleTree, 'node_modules/.bin/tool': { link: '../tool/./cli.js' } },
        { ...sampleTree, 'node_modules/.bin/tool': '../tool/cli.js' },
      ];
      const digests = await Promise.all(others.map(async (tree) => (await put(tree)).digest));
      expect(new Set([release.digest, ...digests]).size).toBe(others.length + 1);
    });

    it('lets many put the same content at once', async () => {
      const tree = { race: 'same' };
      const releases = await Promise.all(Array.from({ length: 6 }, () => put(tree)));
      expect(new Set(releases.map(({ digest }) => digest)).size).toBe(1);
      for (const release of releases) expect(await store.get(release.digest)).toEqual(release);
    });

    it('refuses links that leave the tree', async () => {
      for (const link of ['/etc/passwd', '../outside', 'src/../../x']) {
        await expect(put({ ...sampleTree, link: { link } }), link).rejects.toMatchObject({
          code: 'release.unsafe-tree',
        });
      }
      const sly = { 'a/up': { link: '..' }, evil: { link: 'a/up/../x' } };
      await expect(put(sly)).rejects.toMatchObject({ code: 'release.unsafe-tree' });
    });

    it('keeps attestations, the last one of each name', async () => {
      const { digest } = await put({ attested: 'x' });
      expect(await store.attached(digest, 'gate-shop')).toBeUndefined();
      await store.attach(digest, 'gate-shop', { v: 1 });
      await store.attach(digest, 'gate-shop', { v: 2 });
      await store.attach(digest, 'provenance', { p: [1] });
      expect(await store.attached(digest, 'gate-shop')).toEqual({ v: 2 });
      expect(await store.attached(digest, 'provenance')).toEqual({ p: [1] });
      expect((await store.get(digest))?.digest).toBe(digest);
    });

    it('knows nothing of digests that it does not hold', async () => {
      for (const digest of [
        `sha256:${'0'.repeat(64)}`,
        'sha256:..',
        '../..',
        '',
        `sha256:${'0'.repeat(63)}/`,
      ]) {
        expect(await store.get(digest), digest).toBeUndefined();
        expect(await store.attached(digest, 'gate-shop'), digest).toBeUndefined();
        await expect(store.attach(digest, 'gate-shop', {}), digest).rejects.toMatchObject({
          code: 'release.not-found',
        });
      }
    });

    it('removes what nobody keeps, once asked in earnest', async () => {
      const [kept, first, second] = await Promise.all([
        put({ keep: '1' }),
        put({ drop: '1' }),
        put({ drop: '2' }),
      ]);
      const keep = new Set([kept.digest]);
      const before = new Date(Date.now() + 60_000);
      const planned = await store.collect({ keep, before, dryRun: true });
      expect(planned).toEqual(expect.arrayContaining([first.digest, second.digest]));
      expect(planned).not.toContain(kept.digest);
      expect(await store.get(first.digest)).toBeDefined();
      expect(new Set(await store.collect({ keep, before, dryRun: false }))).toEqual(new Set(planned));
      expect(await store.get(first.digest)).toBeUndefined();
      expect(await store.get(kept.digest)).toEqual(kept);
      expect(await store.collect({ keep, before, dryRun: false })).toEqual([]);
      expect(await put({ drop: '1' })).toEqual(first);
    });

    it('removes nothing that was put since, though nobody keeps it yet', async () => {
      const { digest } = await put({ under: 'way' });
      const before = new Date(Date.now() - 60_000);
      expect(await store.collect({ keep: new Set(), before, dryRun: false })).not.toContain(digest);
      expect(await store.get(digest)).toBeDefined();
    });
  });
}
