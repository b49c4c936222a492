import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seedFiles } from '../../../testing/contracts/git-host.ts';
import type { GitHostOptions, LocalGitHost } from './local-git-host.ts';
import { openGitHost } from './local-git-host.ts';
import { bot, TestKeyRing, TestRepository } from './test-repository.ts';

let repository: TestRepository;
let base: string;
let out: string;
const opened: LocalGitHost[] = [];
const at = new Date('2026-01-02T03:04:05Z');

const open = async (more: Partial<GitHostOptions> = {}) => {
  const host = await openGitHost({ dir: repository.dir, keyRing: new TestKeyRing(), bot, ...more });
  opened.push(host);
  return host;
};

beforeEach(async () => {
  repository = new TestRepository();
  base = repository.seed(seedFiles);
  out = await mkdtemp(join(tmpdir(), 'autoland-hostile-'));
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((host) => host.close()));
  repository.remove();
  await rm(out, { recursive: true, force: true });
});

async function useEverything(host: LocalGitHost) {
  const file = (text: string) => new Map([['README.md', Buffer.from(text)]]);
  const [a, b] = await Promise.all(
    ['a', 'b'].map((name) =>
      host.propose({ base, files: file(name), message: name, ref: `refs/heads/autoland/${name}`, at }),
    ),
  );
  if (a === undefined || b === undefined) throw new Error('expected two proposals');
  await host.diff(base, a);
  await host.readFile(a, 'README.md');
  await host.history(base, a);
  expect(await host.mergeTree(a, b)).toMatchObject({ kind: 'conflict' });
  expect(await host.revertTree(b, a)).toMatchObject({ kind: 'conflict' });
  const merged = await host.mergeTree(base, a);
  if (merged.kind !== 'clean') throw new Error('expected a clean merge');
  const made = await host.makeCommit({
    tree: merged.tree,
    parents: [base, a],
    message: 'm',
    trailers: [],
    at,
  });
  await host.exportTree(made, join(out, 'tree'));
  expect(await host.advance('main', base, made)).toBe('moved');
  expect(await host.resolve('main')).toBe(made);
}

describe('a repository whose own configuration is hostile', () => {
  it('runs none of it', async () => {
    const marks = join(out, 'marks');
    await mkdir(marks);
    const script = async (name: string) => {
      const path = join(out, name);
      await writeFile(path, `#!/bin/sh\ntouch ${marks}/${name}\ncat\nexit 0\n`);
      await chmod(path, 0o755);
      return path;
    };
    const hooks = join(repository.dir, 'hooks');
    for (const hook of [
      'reference-transaction',
      'post-update',
      'update',
      'pre-receive',
      'post-index-change',
    ]) {
      await rm(join(hooks, hook), { force: true });
      await writeFile(join(hooks, hook), `#!/bin/sh\ntouch ${marks}/hook-${hook}\n`);
      await chmod(join(hooks, hook), 0o755);
    }
    const settings = {
      'core.hooksPath': hooks,
      'core.fsmonitor': await script('fsmonitor'),
      'core.pager': await script('pager'),
      'core.sshCommand': await script('ssh'),
      'core.alternateRefsCommand': await script('alternates'),
      'diff.external': await script('external'),
      'diff.bad.command': await script('diff'),
      'diff.bad.textconv': await script('textconv'),
      'filter.bad.clean': await script('clean'),
      'filter.bad.smudge': await script('smudge'),
      'filter.bad.process': await script('process'),
      'filter.bad.required': 'true',
      'merge.bad.driver': await script('driver'),
      'merge.default': 'bad',
      'gpg.program': await script('gpg'),
      'gpg.ssh.program': await script('gpg-ssh'),
      'commit.gpgSign': 'true',
      'log.showSignature': 'true',
      'remote.origin.promisor': 'true',
      'remote.origin.url': `ext::${await script('remote')}`,
      'extensions.partialClone': 'origin',
      'alias.diff-tree': `!${await script('alias')}`,
      'credential.helper': await script('credential'),
    };
    for (const [name, value] of Object.entries(settings)) repository.git(['config', name, value]);
    repository.git(['config', 'core.repositoryFormatVersion', '1']);
    await mkdir(join(repository.dir, 'info'), { recursive: true });
    await writeFile(join(repository.dir, 'info', 'attributes'), '* filter=bad diff=bad merge=bad\n');
    const host = await open();
    await useEverything(host);
    await expect(host.diff(base, '1'.repeat(40))).rejects.toMatchObject({ code: 'git.failed' });
    expect(await readdir(marks)).toEqual([]);
    // The marks do appear when git itself is used carelessly: the trap was armed.
    repository.git(['update-ref', 'refs/heads/probe', base]);
    const [a, b] = ['refs/heads/autoland/a', 'refs/heads/autoland/b'];
    const merging = ['merge-tree', '--write-tree', a, b] as const;
    const diffing = ['diff', '--ext-diff', a, b] as const;
    repository.git(merging);
    expect(() => repository.git(diffing)).toThrow();
    const armed = ['driver', 'hook-reference-transaction', 'process'];
    expect((await readdir(marks)).sort()).toEqual(armed);
  });

  it('does not heed the environment or replace refs', async () => {
    const evil = repository.commit(repository.tree([]), [], 'evil');
    repository.git(['update-ref', `refs/replace/${base}`, evil]);
    const before = { ...process.env };
    Object.assign(process.env, {
      GIT_DIR: '/nonexistent',
      GIT_TRACE: join(out, 'trace'),
      GIT_EXTERNAL_DIFF: 'false',
    });
    try {
      const host = await open();
      expect((await host.readFile(base, 'README.md'))?.toString()).toBe('# sample\n');
    } finally {
      process.env = before;
    }
    expect(existsSync(join(out, 'trace'))).toBe(false);
  });
});

describe('a change whose attributes are hostile', () => {
  it('exports and diffs what is in the blobs all the same', async () => {
    const attributes = '* export-ignore eol=crlf diff=x\nREADME.md export-subst -diff\nlib/* binary\n';
    const head = repository.seed([
      { path: '.gitattributes', mode: '100644', content: attributes },
      { path: 'README.md', mode: '100644', content: '$Format:%H$\n' },
      { path: 'lib/long.txt', mode: '100644', content: 'short\n' },
    ]);
    repository.git(['update-ref', 'refs/heads/main', head]);
    const host = await open();
    const diff = await host.diff(base, head);
    expect(diff.map(({ path, binary }) => [path, binary])).toEqual([
      ['.gitattributes', false],
      ['README.md', false],
      ['lib/long.txt', false],
    ]);
    await host.exportTree(head, join(out, 'tree'));
    expect(await readFile(join(out, 'tree', 'README.md'), 'utf8')).toBe('$Format:%H$\n');
    expect(await readFile(join(out, 'tree', 'lib', 'long.txt'), 'utf8')).toBe('short\n');
  });
});

describe('a tree that is hostile', () => {
  const link = (target: string) => ['120000', 'link', repository.blob(target)] as const;
  const named = (name: string | Buffer) => repository.tree([['100644', name, repository.blob('x')]]);
  const below = (name: string) => repository.tree([['40000', name, named('file')]]);
  const trees: readonly (readonly [string, () => string])[] = [
    ['an absolute link', () => repository.tree([link('/etc/passwd')])],
    ['a link that leaves', () => repository.tree([link('a/../../x')])],
    [
      'a link that leaves through a link',
      () =>
        repository.tree([
          ['40000', 'a', repository.tree([['120000', 'up', repository.blob('..')]])],
          link('a/up/../x'),
        ]),
    ],
    ['a link with a NUL', () => repository.tree([link('a\0b')])],
    ['a link of 5,000 bytes', () => repository.tree([link('a'.repeat(5000))])],
    [
      'a link and a directory of one name',
      () => repository.tree([link('.'), ['40000', 'link', named('file')]]),
    ],
    [
      'a file twice',
      () =>
        repository.tree([
          ['100644', 'a', repository.blob('1')],
          ['100644', 'a', repository.blob('2')],
        ]),
    ],
    ['a submodule', () => repository.tree([['160000', 'sub', '1'.repeat(40)]])],
    ['a path with ..', () => below('..')],
    ['a path with .', () => below('.')],
    ['.git', () => below('.git')],
    ['.GIT', () => below('.GiT')],
    ['git~1', () => below('GIT~1')],
    ['.git with a stream', () => below('.git::$INDEX_ALLOCATION')],
    ['.git with a dot', () => below('.git. .')],
    ['.git with an ignored code point', () => below('.g\u200cit')],
    ['.git behind a backslash', () => named('a\\.git\\config')],
    ['a slash in a name', () => named('../x')],
    ['a name that is not UTF-8', () => named(Buffer.from([0x61, 0xff]))],
  ];

  it.each(trees)('%s is refused, and nothing is written', async (_name, make) => {
    const host = await open();
    const dir = join(out, 'tree');
    await expect(host.exportTree(make(), dir)).rejects.toMatchObject({ code: 'git.unsafe-tree' });
    expect(existsSync(dir)).toBe(false);
  });

  it('is refused over each limit', async () => {
    const small = { entries: 100, totalBytes: 10_000, fileBytes: 5_000 };
    for (const limit of [{ entries: 4 }, { totalBytes: 100 }, { fileBytes: 100 }]) {
      const host = await open({ exportLimits: { ...small, ...limit } });
      await expect(host.exportTree(base, join(out, 'tree'))).rejects.toMatchObject({
        code: 'git.unsafe-tree',
      });
    }
    await (await open({ exportLimits: small })).exportTree(base, join(out, 'tree'));
  });

  it('leaves nothing behind when it cannot be written to the end', async () => {
    const host = await open();
    const broken = repository.tree([
      ['100644', 'a', repository.blob('a')],
      ['100644', 'z'.repeat(300), repository.blob('z')],
    ]);
    await expect(host.exportTree(broken, join(out, 'tree'))).rejects.toThrow();
    expect(await readdir(join(out, 'tree'))).toEqual([]);
  });
});

describe('a repository that answers too much or too slowly', () => {
  it('is cut off', async () => {
    const host = await open({ limits: { timeoutMs: 60_000, outputBytes: 200 } });
    await expect(host.list(base, '')).rejects.toMatchObject({ code: 'git.too-large' });
  });

  it('is not waited for', async () => {
    const commit = join(repository.dir, 'objects', base.slice(0, 2), base.slice(2));
    await rm(commit);
    execFileSync('mkfifo', [commit]);
    const host = await open({ limits: { timeoutMs: 2000, outputBytes: 1e9 } });
    await expect(host.list(base, '')).rejects.toMatchObject({ code: 'git.timeout' });
  });
});
