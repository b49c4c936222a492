import { lstat, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sha } from '../../domain/change.ts';
import type {
  FileHistory,
  FileMoves,
  GitInbox,
  GitLander,
  GitReader,
  LineHistory,
  TreeExporter,
} from '../../ports/git-host.ts';

export type GitHost = GitReader & FileHistory & FileMoves & LineHistory & TreeExporter & GitInbox & GitLander;

/** What the factory must have committed to `main`, as its only commit. */
export const seedFiles: readonly {
  readonly path: string;
  readonly mode: '100644' | '100755' | '120000';
  readonly content: string;
}[] = [
  { path: 'README.md', mode: '100644', content: '# sample\n' },
  { path: 'bin/run', mode: '100755', content: '#!/bin/sh\nexit 0\n' },
  { path: 'lib/long.txt', mode: '100644', content: lines(40) },
  { path: 'lib/gone.txt', mode: '100644', content: 'to be deleted\n' },
  { path: 'read-me', mode: '120000', content: 'README.md' },
];

const at = new Date('2026-01-02T03:04:05Z');

/** Every git host behaves so. The factory seeds a new repository each time it is called. */
export function gitHostContract(
  make: () => Promise<{ host: GitHost; base: Sha; dispose: () => Promise<void> }>,
) {
  describe('git host contract', () => {
    let host: GitHost;
    let base: Sha;
    let dispose: () => Promise<void>;
    let out: string;
    beforeAll(async () => {
      ({ host, base, dispose } = await make());
      out = await mkdtemp(join(tmpdir(), 'autoland-export-'));
    });
    afterAll(async () => {
      await dispose();
      await rm(out, { recursive: true, force: true });
    });

    const propose = (name: string, files: Record<string, string | Buffer | null>, onto = base) =>
      host.propose({
        base: onto,
        files: new Map(
          Object.entries(files).map(([path, text]) => [path, text === null ? null : Buffer.from(text)]),
        ),
        message: `propose ${name}`,
        ref: `refs/heads/autoland/${name}`,
        at,
      });
    const commit = (tree: Sha, parents: readonly Sha[], message = 'land') =>
      host.makeCommit({ tree, parents, message, trailers: [['Autoland-Change', 'chg_0']], at });
    const land = async (onto: Sha, head: Sha) => {
      const merged = await host.mergeTree(onto, head);
      if (merged.kind !== 'clean') throw new Error('expected a clean merge');
      return commit(merged.tree, [onto, head]);
    };

    it('tells which commit brought each line', async () => {
      const head = await propose('blame', { 'lib/long.txt': lines(40).replace(/^(.*\n){2}/, '$&new\n') });
      const found = await host.blame(head, 'lib/long.txt', { from: 2, to: 4 });
      expect([...found].map(([line, { commit }]) => [line, commit])).toEqual([
        [2, base],
        [3, head],
        [4, base],
      ]);
      expect(found.get(3)?.at).toEqual(at);
      expect((await host.blame(head, 'lib/long.txt', { from: 41, to: 99 })).size).toBe(1);
      for (const [path, from] of [
        ['lib/long.txt', 400],
        ['lib/none.txt', 1],
        ['lib', 1],
        ['../lib/long.txt', 1],
        [':(glob)**', 1],
      ] as const)
        expect((await host.blame(head, path, { from, to: from + 2 })).size, path).toBe(0);
    });

    it('resolves branches, full and short commits, and nothing else', async () => {
      expect(await host.resolve('main')).toBe(base);
      expect(await host.resolve('refs/heads/main')).toBe(base);
      expect(await host.resolve(base)).toBe(base);
      expect(await host.resolve(base.slice(0, 10))).toBe(base);
      const wrong = [
        'nothing',
        '',
        '--all',
        'main..main',
        'main:README.md',
        'a b',
        '0'.repeat(40),
        'refs/heads/none',
      ];
      for (const ref of wrong) {
        await expect(host.resolve(ref), ref).rejects.toMatchObject({ code: 'ref.not-found' });
      }
    });

    it('reads files and lists trees', async () => {
      for (const { path, content } of seedFiles) {
        expect((await host.readFile(base, path))?.toString()).toBe(content);
      }
      for (const path of [
        'absent',
        'lib',
        'lib/../README.md',
        '/README.md',
        '',
        'README.md/',
        ':/README.md',
        '*',
      ]) {
        expect(await host.readFile(base, path), path).toBeUndefined();
      }
      const all = await host.list(base, '');
      expect(all.map(({ path }) => path).sort()).toEqual(seedFiles.map(({ path }) => path).sort());
      expect(all.find(({ path }) => path === 'bin/run')?.kind).toBe('executable');
      expect(all.find(({ path }) => path === 'read-me')).toEqual({
        path: 'read-me',
        kind: 'symlink',
        size: 9,
      });
      expect((await host.list(base, 'lib')).map(({ path }) => path)).toEqual([
        'lib/gone.txt',
        'lib/long.txt',
      ]);
      expect(await host.list(base, 'li')).toEqual([]);
    });

    it('tells what a proposal changes', async () => {
      const head = await propose('diff', {
        'README.md': '# sample\nmore\n',
        'bin/run': '#!/bin/sh\nexit 1\n',
        'lib/gone.txt': null,
        'lib/long.txt': null,
        'lib/moved.txt': `${lines(40)}41\n`,
        'odd "name"\t\n.txt': 'x',
        'image.bin': Buffer.from([0, 1, 2, 0]),
      });
      const diff = await host.diff(base, head);
      const of = (path: string) => diff.find((file) => file.path === path);
      expect(diff).toHaveLength(6);
      expect(of('README.md')).toEqual({
        path: 'README.md',
        status: 'modified',
        kind: 'file',
        added: 1,
        removed: 0,
        binary: false,
        size: 14,
      });
      expect(of('bin/run')).toMatchObject({ kind: 'executable', added: 1, removed: 1 });
      expect(of('lib/gone.txt')).toMatchObject({ status: 'deleted', kind: 'file', removed: 1, size: 0 });
      expect(of('lib/moved.txt')).toMatchObject({ status: 'renamed', oldPath: 'lib/long.txt', added: 1 });
      expect(of('odd "name"\t\n.txt')).toMatchObject({ status: 'added', size: 1 });
      expect(of('image.bin')).toMatchObject({ status: 'added', binary: true, size: 4, added: 0, removed: 0 });
      expect(await host.diff(head, head)).toEqual([]);
    });

    it('makes a commit that no ref points at', async () => {
      const files = new Map([['a.txt', Buffer.from('nobody')]]);
      const made = await host.propose({ base, files, message: 'm', ref: null, at });
      expect((await host.readFile(made, 'a.txt'))?.toString()).toBe('nobody');
      const named = await host.propose({ base, files, message: 'm', ref: 'refs/heads/autoland/named', at });
      expect(named).toBe(made);
      await expect(host.resolve('refs/heads/autoland/nobody')).rejects.toMatchObject({
        code: 'ref.not-found',
      });
    });

    it('makes programs of what is named so, and of nothing else', async () => {
      const executable = new Map([
        ['bin/run', false],
        ['new.sh', true],
        ['lib/long.txt', true],
      ]);
      const files = new Map([...executable.keys(), 'plain'].map((path) => [path, Buffer.from('x')] as const));
      const made = await host.propose({ base, files, executable, message: 'm', ref: null, at });
      const kinds = new Map((await host.diff(base, made)).map(({ path, kind }) => [path, kind]));
      expect(Object.fromEntries(kinds)).toEqual({
        ...{ 'bin/run': 'file', 'new.sh': 'executable', 'lib/long.txt': 'executable', plain: 'file' },
      });
    });

    it('proposes the same commit for the same input, on its own refs only', async () => {
      const first = await propose('same', { 'a.txt': 'a' });
      expect(await propose('same', { 'a.txt': 'a' })).toBe(first);
      expect(await host.resolve('refs/heads/autoland/same')).toBe(first);
      expect(await host.history(base, first)).toMatchObject([
        { sha: first, parents: [base], at, message: 'propose same\n' },
      ]);
      for (const ref of [
        'refs/heads/main',
        'main',
        'refs/heads/autoland/../main',
        'refs/heads/autoland/',
        'refs/tags/x',
      ]) {
        const input = { base, files: new Map(), message: 'm', ref, at };
        await expect(host.propose(input), ref).rejects.toMatchObject({ code: 'git.failed' });
        await expect(host.point(ref, base), ref).rejects.toMatchObject({ code: 'git.failed' });
      }
      for (const path of ['../x', '.git/config', '/etc/x', 'a/.GIT/x', 'a//b']) {
        await expect(propose('bad', { [path]: 'x' }), path).rejects.toMatchObject({
          code: 'git.unsafe-tree',
        });
      }
      expect(await host.resolve('main')).toBe(base);
    });

    it('tells which commits touched files, newest first and no more than asked', async () => {
      const first = await propose('touch-1', { 'lib/long.txt': 'one' });
      const second = await propose('touch-2', { 'README.md': 'two' }, first);
      const third = await propose('touch-3', { 'lib/long.txt': 'three', '*.txt': 'x' }, second);
      const shas = async (paths: readonly string[], most = 100) =>
        (await host.touches(third, paths, most)).map(({ sha }) => sha);
      expect(await shas(['lib/long.txt'])).toEqual([third, first, base]);
      expect(await shas(['lib/long.txt', 'README.md'])).toEqual([third, second, first, base]);
      expect(await shas(['lib/long.txt'], 2)).toEqual([third]);
      expect(await shas(['*.txt'])).toEqual([third]);
      expect(await shas(['--all'])).toEqual([]);
      expect(await shas([])).toEqual([]);
      expect((await host.touches(third, ['*.txt'], 1))[0]).toMatchObject({ at });
    });

    it('tells where a file went', async () => {
      const text = lines(40);
      const first = await propose('move-1', { 'docs/long.txt': text, 'lib/long.txt': null });
      const second = await propose(
        'move-2',
        { 'docs/new.txt': `${text}more\n`, 'docs/long.txt': null },
        first,
      );
      const third = await propose('move-3', { 'lib/gone.txt': null }, second);
      const moves = async (paths: readonly string[], most = 100) => host.moves(third, paths, most);
      expect(await moves(['lib/long.txt'])).toEqual([
        { from: 'lib/long.txt', to: 'docs/long.txt', commit: first },
      ]);
      expect(await moves(['docs/long.txt', 'lib/gone.txt'])).toEqual(
        expect.arrayContaining([
          { from: 'docs/long.txt', to: 'docs/new.txt', commit: second },
          { from: 'lib/gone.txt', to: null, commit: third },
        ]),
      );
      expect(await moves(['lib/long.txt'], 1)).toEqual([]);
      expect(await moves(['README.md', '*', '--all'])).toEqual([]);
      expect(await moves([])).toEqual([]);
    });

    it('points its own refs', async () => {
      const head = await propose('point', { 'p.txt': 'p' });
      await host.point('refs/heads/autoland/point', base);
      expect(await host.resolve('autoland/point')).toBe(base);
      await host.point('refs/heads/autoland/point', head);
      expect(await host.resolve('autoland/point')).toBe(head);
    });

    it('merges without writing, and names conflicts', async () => {
      const one = await propose('one', { 'README.md': '# one\n' });
      const two = await propose('two', { 'README.md': '# two\n', 'new.txt': 'n' });
      const apart = await propose('apart', { 'lib/gone.txt': null });
      expect(await host.mergeTree(one, two)).toEqual({ kind: 'conflict', paths: ['README.md'] });
      const merged = await host.mergeTree(one, apart);
      if (merged.kind !== 'clean') throw new Error('expected a clean merge');
      const made = await commit(merged.tree, [one, apart]);
      expect((await host.diff(one, made)).map(({ path }) => path)).toEqual(['lib/gone.txt']);
      expect(await host.diff(made, merged.tree)).toEqual([]);
      expect(await host.resolve('main')).toBe(base);
    });

    it('makes the same commit for the same input, and refuses what is not there', async () => {
      const { tree } = await cleanly(host.mergeTree(base, await propose('commit', { 'c.txt': 'c' })));
      const first = await commit(tree, [base]);
      expect(await commit(tree, [base])).toBe(first);
      expect(await commit(tree, [base], 'other')).not.toBe(first);
      const [made] = await host.history(base, first);
      expect(made).toMatchObject({
        sha: first,
        parents: [base],
        message: 'land\n\nAutoland-Change: chg_0\n',
      });
      await expect(commit('1'.repeat(40), [base])).rejects.toMatchObject({ code: 'git.failed' });
      await expect(commit(tree, ['1'.repeat(40)])).rejects.toMatchObject({ code: 'git.failed' });
      await expect(commit(tree, [tree])).rejects.toMatchObject({ code: 'git.failed' });
    });

    it('undoes a plain commit and a merge, and names conflicts', async () => {
      const head = await propose('undo', { 'README.md': '# changed\n' });
      const later = await propose('later', { 'lib/gone.txt': 'kept\n' }, head);
      const undone = await cleanly(host.revertTree(later, head));
      expect((await host.diff(base, undone.tree)).map(({ path }) => path)).toEqual(['lib/gone.txt']);
      const merge = await land(base, head);
      expect(await host.diff(base, (await cleanly(host.revertTree(merge, merge))).tree)).toEqual([]);
      const over = await propose('over', { 'README.md': '# changed again\n' }, head);
      expect(await host.revertTree(over, head)).toEqual({ kind: 'conflict', paths: ['README.md'] });
    });

    it('exports exactly what is in the commit, into an empty directory', async () => {
      const dir = join(out, 'tree');
      await host.exportTree(base, dir);
      for (const { path, mode, content } of seedFiles) {
        const found = await lstat(join(dir, path));
        if (mode === '120000') expect(await readlink(join(dir, path))).toBe(content);
        else expect(await readFile(join(dir, path), 'utf8')).toBe(content);
        if (mode !== '120000') expect(found.mode & 0o777).toBe(mode === '100755' ? 0o755 : 0o644);
      }
      expect((await readdir(dir)).sort()).toEqual(['README.md', 'bin', 'lib', 'read-me']);
      await expect(host.exportTree(base, dir)).rejects.toMatchObject({ code: 'git.failed' });
      await writeFile(join(out, 'file'), '');
      await expect(host.exportTree(base, join(out, 'file'))).rejects.toThrow();
    });

    it('advances by compare-and-swap, forward only, and may be asked again', async () => {
      const first = await land(base, await propose('first', { 'f.txt': '1' }));
      const rival = await land(base, await propose('rival', { 'r.txt': '1' }));
      expect(await host.advance('main', base, first)).toBe('moved');
      expect(await host.advance('main', base, first)).toBe('moved');
      expect(await host.advance('main', base, rival)).toBe('lost');
      expect(await host.resolve('main')).toBe(first);
      const second = await land(first, await propose('second', { 's.txt': '1' }, first));
      expect(await host.advance('refs/heads/main', first, second)).toBe('moved');
      // Asked again after a crash, when another change has landed on top: it did land.
      expect(await host.advance('main', base, first)).toBe('moved');
      expect(await host.advance('none', base, first)).toBe('lost');
      await expect(host.advance('main', second, base)).rejects.toMatchObject({ code: 'git.failed' });
      await expect(host.advance('main', second, rival)).rejects.toMatchObject({ code: 'git.failed' });
      expect(await host.resolve('main')).toBe(second);
      expect((await host.history(base, second)).map(({ sha }) => sha)).toEqual([first, second]);
    });
  });
}

async function cleanly(merging: ReturnType<GitLander['mergeTree']>): Promise<{ tree: Sha }> {
  const merged = await merging;
  if (merged.kind === 'clean') return merged;
  throw new Error(`expected a clean merge, found conflicts in ${merged.paths.join(', ')}`);
}

function lines(count: number): string {
  return Array.from({ length: count }, (_, i) => `${i + 1}\n`).join('');
}
