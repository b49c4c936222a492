import { execFileSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { initRepository } from './init.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'autoland-init-'));
  git('init', '--quiet', '--initial-branch=trunk');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function git(...args: readonly string[]): void {
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@localhost', ...args], { cwd: dir });
}

const init = () => initRepository(dir, false);
const manifest = (text: string) => writeFileSync(join(dir, 'package.json'), text);
const written = () => readFileSync(join(dir, '.autoland/autoland.yaml'), 'utf8');

describe('the branch', () => {
  it('is the one of the remote, also where people write on one of their own', async () => {
    git('commit', '--quiet', '--allow-empty', '--message=first');
    git('update-ref', 'refs/remotes/origin/trunk', 'HEAD');
    git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/trunk');
    git('switch', '--quiet', '--create', 'add/autoland');
    const { found, next } = await init();
    expect(found[0]).toBe('branch trunk, as origin has it; add/autoland is checked out');
    expect(written()).toContain('branch: trunk\n');
    expect(next.say).toContain('commit them to trunk');
  });

  it('is not invented where there is none', async () => {
    git('commit', '--quiet', '--allow-empty', '--message=first');
    git('switch', '--quiet', '--detach');
    await expect(init()).rejects.toMatchObject({ code: 'usage' });
    expect(readdirSync(dir)).toEqual(['.git']);
  });

  it.skipIf(process.getuid?.() !== 0)('is found in the work tree of another user (needs root)', async () => {
    for (const each of ['.', '.git']) chownSync(join(dir, each), 65_534, 65_534);
    expect((await init()).found[0]).toBe('branch trunk');
  });
});

describe('a package.json', () => {
  it.each(['null', '[]', '"x"', '', '{"name":'])(
    'that is none is told, and nothing is written: %s',
    async (text) => {
      manifest(text);
      await expect(init()).rejects.toMatchObject({ code: 'manifest.invalid' });
      expect(existsSync(join(dir, '.autoland'))).toBe(false);
    },
  );

  it.each([
    ['a directory', () => mkdirSync(join(dir, 'package.json'))],
    ['a pipe', () => execFileSync('mkfifo', [join(dir, 'package.json')])],
  ])('that is %s is not read', async (_what, make) => {
    make();
    await expect(init()).rejects.toMatchObject({ code: 'manifest.invalid' });
  });

  it('may begin with a byte order mark, and hold what npm does not run', async () => {
    manifest('\ufeff{"name":5,"scripts":{"start":5,"test":7,"build":null}}');
    const { found, missing } = await init();
    expect(found).toEqual(['branch trunk', 'package.json']);
    expect(missing).toContain('a test script: nothing lands without tests');
  });

  it('has no tests where npm wrote that there are none', async () => {
    manifest(JSON.stringify({ scripts: { test: 'echo "Error: no test specified" && exit 1' } }));
    const { found, missing } = await init();
    expect(found).not.toContain('tests: npm test');
    expect(missing).toContain('a test script: nothing lands without tests');
  });

  it('beside a lockfile decides how it is installed', async () => {
    manifest(JSON.stringify({ scripts: { test: 'node --test' } }));
    writeFileSync(join(dir, 'pnpm-lock.yaml'), '');
    expect((await init()).missing.join()).toContain("commands for pnpm-lock.yaml, which is not npm's");
    rmSync(join(dir, '.autoland'), { recursive: true });
    writeFileSync(join(dir, 'npm-shrinkwrap.json'), '{}');
    await init();
    expect(written()).toContain('install: [npm, ci, --ignore-scripts]');
  });
});

describe('.autoland', () => {
  it.each([
    ['a file', () => writeFileSync(join(dir, '.autoland'), '')],
    ['a link', () => symlinkSync('elsewhere', join(dir, '.autoland'))],
    [
      'with a link in it',
      () => {
        mkdirSync(join(dir, '.autoland'));
        symlinkSync('/nowhere/x', join(dir, '.autoland/policy.cedar'));
      },
    ],
  ])('that is %s is left as it is, and nothing is written', async (_what, make) => {
    mkdirSync(join(dir, 'elsewhere'));
    make();
    await expect(init()).rejects.toMatchObject({
      code: 'usage',
      mend: expect.stringContaining('nothing was written'),
    });
    expect(readdirSync(join(dir, 'elsewhere'))).toEqual([]);
    expect(existsSync(join(dir, '.autoland/autoland.yaml'))).toBe(false);
  });
});
