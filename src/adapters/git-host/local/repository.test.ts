import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openGitHost } from './local-git-host.ts';
import { findRepository } from './repository.ts';
import { bot, TestKeyRing, TestRepository } from './test-repository.ts';

let repository: TestRepository;
let work: string;

beforeEach(() => {
  repository = new TestRepository();
  repository.seed([{ path: 'lib/a', mode: '100644', content: 'a' }]);
  repository.git(['clone', '-q', repository.dir, 'work'], { cwd: repository.top });
  work = join(repository.top, 'work');
});
afterEach(() => repository.remove());

const setOrigin = (url: string) => repository.git(['remote', 'set-url', 'origin', url], { cwd: work });

describe('findRepository', () => {
  it('takes a bare repository, and the local bare origin of a work tree', async () => {
    expect(await findRepository(repository.dir)).toBe(repository.dir);
    expect(await findRepository(work)).toBe(repository.dir);
    expect(await findRepository(join(work, 'lib'))).toBe(repository.dir);
    setOrigin(`file://${repository.dir}`);
    expect(await findRepository(work)).toBe(repository.dir);
    setOrigin('../bare.git');
    expect(await findRepository(work)).toBe(repository.dir);
  });

  it.each([
    ['https://alice:secret@git.example/x.git', 'not on this machine'],
    ['git@git.example:x.git', 'not on this machine'],
    ['ext::sh -c "touch /tmp/x"', 'not on this machine'],
  ])('says that %s cannot be used, without its password', async (url, why) => {
    setOrigin(url);
    const finding = findRepository(work);
    await expect(finding).rejects.toMatchObject({
      code: 'repo.not-bare',
      message: expect.stringContaining(why),
      mend: expect.stringContaining('git clone --bare'),
    });
    await expect(finding).rejects.not.toMatchObject({ message: expect.stringContaining('secret') });
  });

  it('says so when the origin is a work tree, missing, or not there', async () => {
    setOrigin(work);
    await expect(findRepository(work)).rejects.toMatchObject({ code: 'repo.not-bare' });
    setOrigin('/nonexistent/x.git');
    await expect(findRepository(work)).rejects.toMatchObject({ code: 'repo.not-found' });
    repository.git(['remote', 'remove', 'origin'], { cwd: work });
    await expect(findRepository(work)).rejects.toMatchObject({ code: 'repo.not-bare' });
  });

  it('says so when there is no repository at all', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'autoland-none-'));
    writeFileSync(join(empty, 'file'), '');
    mkdirSync(join(empty, 'sub'));
    for (const dir of [empty, join(empty, 'absent'), join(empty, 'file'), join(empty, 'sub')]) {
      await expect(findRepository(dir)).rejects.toMatchObject({ code: 'repo.not-found' });
    }
    rmSync(empty, { recursive: true });
  });
});

describe('openGitHost', () => {
  it('wants a bare repository', async () => {
    const options = { keyRing: new TestKeyRing(), bot };
    await expect(openGitHost({ dir: work, ...options })).rejects.toMatchObject({ code: 'repo.not-bare' });
    await expect(openGitHost({ dir: '/nonexistent', ...options })).rejects.toMatchObject({
      code: 'repo.not-found',
    });
  });
});
