import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { removeTree } from './remove-tree.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'autoland-test-remove-'));
});
afterEach(() => {
  execFileSync('chmod', ['-R', 'u+rwX', dir]);
  rmSync(dir, { recursive: true, force: true });
});

/** What an ordinary user may not write into, neither may it remove. */
function sealed(): string {
  const tree = join(dir, 'tree');
  mkdirSync(join(tree, 'a', 'b'), { recursive: true });
  writeFileSync(join(tree, 'a', 'b', 'c'), 'x');
  for (const path of ['a/b', 'a', '.']) chmodSync(join(tree, path), 0o555);
  return tree;
}

it('removes read-only directories as an ordinary user', () => {
  const tree = sealed();
  const url = pathToFileURL(join(import.meta.dirname, 'remove-tree.ts')).href;
  const script = `import { removeTree } from '${url}'; await removeTree(process.argv[1]);`;
  const args = [process.execPath, '--input-type=module', '-e', script, tree];
  const isRoot = process.getuid?.() === 0;
  if (isRoot) execFileSync('chown', ['-R', '65534:65534', dir]);
  // Root may write anywhere: the test could not fail as root.
  const [file = '', ...rest] = isRoot
    ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...args]
    : args;
  execFileSync(file, rest, { stdio: 'inherit', cwd: '/' });
  expect(readdirSync(dir)).toEqual([]);
});

it('follows no link', async () => {
  const kept = join(dir, 'kept');
  mkdirSync(kept);
  writeFileSync(join(kept, 'file'), 'x', { mode: 0o400 });
  const tree = join(dir, 'tree');
  mkdirSync(tree);
  symlinkSync(kept, join(tree, 'link'));
  symlinkSync(kept, join(dir, 'link'));
  await removeTree(tree);
  await removeTree(join(dir, 'link'));
  expect(readdirSync(dir)).toEqual(['kept']);
  expect(statSync(join(kept, 'file')).mode & 0o777).toBe(0o400);
});

it('takes a file or nothing for what it is', async () => {
  writeFileSync(join(dir, 'file'), 'x');
  await removeTree(join(dir, 'file'));
  await removeTree(join(dir, 'nothing'));
  expect(existsSync(join(dir, 'file'))).toBe(false);
});
