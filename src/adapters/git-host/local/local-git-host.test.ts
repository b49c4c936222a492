import { mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gitHostContract, seedFiles } from '../../../testing/contracts/git-host.ts';
import { openGitHost, openGitReader } from './local-git-host.ts';
import { bot, TestKeyRing, TestRepository } from './test-repository.ts';

async function make() {
  const repository = new TestRepository();
  const base = repository.seed(seedFiles);
  const host = await openGitHost({ dir: repository.dir, keyRing: new TestKeyRing(), bot });
  const dispose = async () => {
    await host.close();
    repository.remove();
  };
  return { host, base, dispose, repository };
}

gitHostContract(make);

describe('LocalGitHost', () => {
  it('reads a work tree through openGitReader', async () => {
    const { repository, base, dispose } = await make();
    repository.git(['clone', '-q', repository.dir, 'work'], { cwd: repository.top });
    const opened = await openGitReader(`${repository.top}/work/lib`);
    expect(await opened.reader.resolve('HEAD')).toBe(base);
    expect(await opened.reader.resolve('origin/main')).toBe(base);
    expect((await opened.reader.readFile(base, 'README.md'))?.toString()).toBe('# sample\n');
    await opened.close();
    await dispose();
  });

  it.each([
    ['all of it', (scratch: string) => rmSync(scratch, { recursive: true })],
    ['its oldest directory', (scratch: string) => rmdirSync(join(scratch, 'refs'))],
    ['a file', (scratch: string) => rmSync(join(scratch, 'HEAD'))],
  ])('goes on when a cleaner has taken %s of its scratch away', async (_, take) => {
    const { repository, base, dispose } = await make();
    const scratchIn = join(repository.top, 'scratch');
    const options = { dir: repository.dir, keyRing: new TestKeyRing(), bot, scratchIn };
    const host = await openGitHost(options);
    const [scratch = ''] = readdirSync(scratchIn);
    expect(scratch).toMatch(new RegExp(`^autoland-git-${process.pid}-`));
    take(join(scratchIn, scratch));
    const asked = [host.resolve('main'), host.resolve('HEAD')];
    expect(await Promise.all(asked)).toEqual([base, base]);
    expect((await host.readFile(base, 'README.md'))?.toString()).toBe('# sample\n');
    const files = new Map([['a.txt', Buffer.from('a')]]);
    const ref = 'refs/heads/autoland/a';
    await host.propose({ base, files, message: 'a', ref, at: new Date(0) });
    await host.close();
    mkdirSync(scratchIn, { recursive: true });
    expect(readdirSync(scratchIn).filter((name) => name !== scratch)).toEqual([]);
    await dispose();
  });

  it('walks back from a ref', async () => {
    const { repository, host, base, dispose } = await make();
    const next = repository.commit(repository.git(['rev-parse', `${base}^{tree}`]), [base], 'next');
    repository.git(['update-ref', 'refs/heads/main', next]);
    expect(await host.resolve('main~1')).toBe(base);
    expect(await host.resolve('HEAD^')).toBe(base);
    await expect(host.resolve('main~2')).rejects.toMatchObject({ code: 'ref.not-found' });
    await dispose();
  });

  it('is not fooled by refs that shadow others', async () => {
    const { repository, host, base, dispose } = await make();
    const evil = repository.commit(repository.git(['rev-parse', `${base}^{tree}`]), [base], 'evil');
    repository.git(['update-ref', 'refs/tags/main', evil]);
    expect(await host.resolve('main')).toBe(base);
    repository.git(['update-ref', 'refs/tags/refs/heads/gone', evil]);
    await expect(host.resolve('refs/heads/gone')).rejects.toMatchObject({ code: 'ref.not-found' });
    repository.git(['update-ref', `refs/heads/${base.slice(0, 10)}`, evil]);
    await expect(host.resolve(base.slice(0, 10))).rejects.toMatchObject({ code: 'ref.not-found' });
    repository.git(['update-ref', `refs/heads/${base}`, evil]);
    expect(await host.resolve(base)).toBe(base);
    await dispose();
  });

  it('works with SHA-256 repositories', async () => {
    const repository = new TestRepository();
    repository.git(['init', '-q', '--bare', '-b', 'main', '--object-format=sha256', 'wide.git'], {
      cwd: repository.top,
    });
    const dir = `${repository.top}/wide.git`;
    const tree = repository.git(['write-tree'], { cwd: dir });
    const base = repository.git(['commit-tree', tree, '-m', 'base'], { cwd: dir });
    repository.git(['update-ref', 'refs/heads/main', base], { cwd: dir });
    const host = await openGitHost({ dir, keyRing: new TestKeyRing(), bot });
    const files = new Map([['a', Buffer.from('a')]]);
    const at = new Date(0);
    const head = await host.propose({ base, files, message: 'm', ref: 'refs/heads/autoland/x', at });
    const merged = await host.mergeTree(base, head);
    if (merged.kind !== 'clean') throw new Error('expected a clean merge');
    const made = await host.makeCommit({
      tree: merged.tree,
      parents: [base],
      message: 'm',
      trailers: [],
      at,
    });
    expect(await host.advance('main', base, made)).toBe('moved');
    expect(made).toHaveLength(64);
    await host.close();
    repository.remove();
  });
});
