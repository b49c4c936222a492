import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openGitHost } from './local-git-host.ts';
import { bot, TestKeyRing, TestRepository } from './test-repository.ts';

const run = promisify(execFile);
let repository: TestRepository;
let base: string;

beforeEach(() => {
  repository = new TestRepository();
  base = repository.seed([{ path: 'a', mode: '100644', content: 'a' }]);
});
afterEach(() => repository.remove());

/** A process of its own that tries to land one commit. */
const racer = (to: string) => {
  const url = (name: string) => JSON.stringify(fileURLToPath(new URL(name, import.meta.url)));
  const script = `
    const { openGitHost } = await import(${url('local-git-host.ts')});
    const { bot, TestKeyRing } = await import(${url('test-repository.ts')});
    const host = await openGitHost({ dir: process.argv[1], keyRing: new TestKeyRing(), bot });
    console.log(await host.advance('main', process.argv[2], process.argv[3]));
    await host.close();`;
  const args = ['--input-type=module', '-e', script, '--', repository.dir, base, to];
  return run(process.execPath, args).then(({ stdout }) => stdout.trim());
};

describe('advance', () => {
  it('lets exactly one of many processes win', async () => {
    const tree = repository.git(['rev-parse', `${base}^{tree}`]);
    const rivals = Array.from({ length: 8 }, (_, i) => repository.commit(tree, [base], `rival ${i}`));
    const answers = await Promise.all(rivals.map(racer));
    expect(answers.filter((answer) => answer === 'moved')).toHaveLength(1);
    expect(answers.filter((answer) => answer === 'lost')).toHaveLength(7);
    expect(repository.git(['rev-parse', 'main'])).toBe(rivals[answers.indexOf('moved')]);
    expect(existsSync(join(repository.dir, 'logs'))).toBe(false);
  });

  it('answers `moved` to all who land one and the same commit', async () => {
    const next = repository.commit(repository.git(['rev-parse', `${base}^{tree}`]), [base], 'next');
    expect(await Promise.all([racer(next), racer(next), racer(next)])).toEqual(['moved', 'moved', 'moved']);
  });

  it('says what to do about a lock that a killed process left', async () => {
    const next = repository.commit(repository.git(['rev-parse', `${base}^{tree}`]), [base], 'next');
    writeFileSync(join(repository.dir, 'refs/heads/main.lock'), '');
    const host = await openGitHost({ dir: repository.dir, keyRing: new TestKeyRing(), bot });
    const stuck = host.advance('main', base, next);
    await expect(stuck).rejects.toMatchObject({ code: 'git.failed', mend: expect.stringContaining('lock') });
    expect(await host.resolve('main')).toBe(base);
    await host.close();
  });
});
