import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkRange } from './check.ts';

let dir: string;
let repo: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'autoland-cache-'));
  // The sandbox's user must pass.
  chmodSync(dir, 0o711);
  repo = join(dir, 'repo');
  const tracked = { 'a.txt': 'a\n', 'kept/evidence/x': 'from a commit\n', '..kept/x': 'as well\n' };
  for (const each of ['kept/evidence', '..kept']) mkdirSync(join(repo, each), { recursive: true });
  git('init', '--quiet', '--initial-branch=main');
  for (const [path, text] of Object.entries(tracked)) writeFileSync(join(repo, path), text);
  commit('First');
  writeFileSync(join(repo, 'a.txt'), 'b\n');
  commit('Second');
});
afterEach(() => rmSync(dir, { recursive: true }));

function git(...args: readonly string[]): void {
  execFileSync('git', args, { cwd: repo });
}

function commit(message: string): void {
  git('add', '.');
  git('-c', 'user.name=a', '-c', 'user.email=a@localhost', 'commit', '--quiet', '--message', message);
}

const nothing = () => undefined;
const check = (cache: string) =>
  checkRange({
    repo,
    range: 'HEAD~1..HEAD',
    stopEarly: true,
    cache,
    onGuardrail: nothing,
    onFact: nothing,
  });

describe('the directory that a check keeps things in', () => {
  it('is made for this user alone', async () => {
    await check(join(dir, 'new', 'kept'));
    expect(statSync(join(dir, 'new', 'kept')).mode & 0o777).toBe(0o700);
  });

  it('may lie in the work tree, where no commit brings anything', async () => {
    await check(join(repo, 'other'));
    expect(readdirSync(repo)).toContain('other');
  });

  it.each<[string, () => string, RegExp]>([
    ['is a file', () => join(repo, 'a.txt'), /expected a directory for --cache/],
    ['is named by nothing', () => '', /expected a directory in --cache/],
    ['comes from a commit', () => join(repo, 'kept'), /without files of git/],
    ['comes from a commit further down', () => join(repo, 'kept', 'evidence'), /without files of git/],
    ['comes from a commit, and looks as if it lay above', () => join(repo, '..kept'), /without files of git/],
    ['is the work tree', () => repo, /without files of git/],
    ['others may write to', () => open(join(dir, 'open')), /others may write to it/],
    ['lies where nothing can be made', () => '/proc/kept', /below \/proc/],
  ])('is refused when it %s', async (_what, make, message) => {
    await expect(check(make())).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(message),
    });
  });
});

function open(path: string): string {
  mkdirSync(path);
  chmodSync(path, 0o777);
  return path;
}
