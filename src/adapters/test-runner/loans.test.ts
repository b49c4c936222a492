import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareMounts } from '../sandbox/bubblewrap/mounts.ts';
import { Loans } from './loans.ts';

let root: string;
let place: string;
let tree: string;
let open: number;
const loans = new Loans(undefined);
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'autoland-loans-'));
  [place, tree] = [join(root, 'kept', 'one'), join(root, 'tree')];
  mkdirSync(join(place, 'node_modules', 'a', 'lib'), { recursive: true });
  mkdirSync(join(place, 'packages', 'p', 'node_modules', 'b'), { recursive: true });
  mkdirSync(join(tree, 'packages', 'p'), { recursive: true });
  writeFileSync(join(place, 'node_modules', 'a', 'index.js'), 'a');
  open = openSync(join(place, 'node_modules', 'a', 'index.js'), 'r+');
  writeFileSync(join(place, 'node_modules', 'a', 'lib', 'deep.js'), 'deep');
  symlinkSync('a/index.js', join(place, 'node_modules', 'link'));
  writeFileSync(join(place, 'packages', 'p', 'node_modules', 'b', 'index.js'), 'b');
});
afterEach(() => {
  closeSync(open);
  rmSync(root, { recursive: true, force: true });
});

const inTree = (...path: readonly string[]) => join(tree, 'node_modules', ...path);
const kept = () => readdirSync(join(root, 'kept'));

describe('a kept install that is lent', () => {
  it('is with its user alone, and back as it was, without what the user put there', async () => {
    expect(await loans.lend(place, tree)).toBe(true);
    expect(existsSync(place)).toBe(false);
    expect(readFileSync(inTree('link'), 'utf8')).toBe('a');
    expect(await new Loans(undefined).lend(place, join(root, 'other'))).toBe(false);
    mkdirSync(inTree('.cache', 'x'), { recursive: true });
    writeFileSync(inTree('a', 'new.js'), 'new');
    await loans.giveBack(tree);
    expect(kept()).toEqual(['one']);
    expect(readdirSync(join(place, 'node_modules'))).toEqual(['a', 'link']);
    expect(readdirSync(join(place, 'node_modules', 'a'))).toEqual(['index.js', 'lib']);
    expect(readFileSync(join(place, 'packages/p/node_modules/b/index.js'), 'utf8')).toBe('b');
    await loans.giveBack(tree);
    expect(existsSync(tree)).toBe(true);
  });

  it.each<[string, () => void]>([
    ['changed in a file', () => writeFileSync(inTree('a', 'index.js'), 'A')],
    [
      'changed, with its old times',
      () => {
        const { atime, mtime } = statSync(inTree('a', 'index.js'));
        writeFileSync(inTree('a', 'index.js'), 'A');
        utimesSync(inTree('a', 'index.js'), atime, mtime);
      },
    ],
    [
      'written by who had it open before it was lent',
      () => {
        writeSync(open, 'A', 0);
      },
    ],
    [
      'exchanged for another file',
      () => [writeFileSync(inTree('b'), 'A'), renameSync(inTree('b'), inTree('a', 'index.js'))],
    ],
    ['larger', () => writeFileSync(inTree('a', 'index.js'), 'aa')],
    ['without a file', () => rmSync(inTree('a', 'lib', 'deep.js'))],
    ['another mode', () => chmodSync(inTree('a', 'index.js'), 0o755)],
    ['another mode of a directory', () => chmodSync(inTree('a'), 0o700)],
    ['a link to elsewhere', () => [rmSync(inTree('link')), symlinkSync('/etc/passwd', inTree('link'))]],
    [
      'a link for a file',
      () => [rmSync(inTree('a', 'index.js')), symlinkSync('lib/deep.js', inTree('a', 'index.js'))],
    ],
    [
      'a link for a directory',
      () => [renameSync(inTree('a'), join(tree, 'a')), symlinkSync('../a', inTree('a'))],
    ],
    ['a link for all of it', () => [renameSync(inTree(), join(tree, 'x')), symlinkSync('x', inTree())]],
    [
      'a pipe for a file',
      () => [rmSync(inTree('a', 'index.js')), execFileSync('mkfifo', [inTree('a', 'index.js')])],
    ],
    ['a second name of a file', () => linkSync(inTree('a', 'index.js'), join(tree, 'second'))],
    ['gone', () => rmSync(inTree(), { recursive: true })],
  ])('is forgotten when it comes back %s', async (_what, change) => {
    await loans.lend(place, tree);
    change();
    await loans.giveBack(tree);
    expect(kept()).toEqual([]);
  });

  it('is not lent before a touch would leave a trace', async () => {
    const touched = new Date();
    utimesSync(join(place, 'node_modules', 'a', 'index.js'), touched, touched);
    expect(await loans.lend(place, tree)).toBe(true);
    expect(statSync(inTree('a', 'index.js')).ctimeMs).toBeLessThan(Date.now());
    await loans.giveBack(tree);
    expect(kept()).toEqual(['one']);
  });

  // Only root can give files away.
  it.runIf(process.getuid?.() === 0)('is given to the ids of its user first, which is no touch', async () => {
    chmodSync(root, 0o711);
    const [user, next] = [61_001, 61_002].map((id) => ({ uid: id, gid: id }));
    for (const owner of [user, next, next]) {
      const own = new Loans(owner);
      expect(await own.lend(place, tree)).toBe(true);
      await prepareMounts([{ source: tree, target: '/work', mode: 'write' }], owner);
      expect(statSync(inTree('a', 'index.js'))).toMatchObject(owner ?? {});
      await own.giveBack(tree);
      expect(kept()).toEqual(['one']);
    }
  });

  it('need not be looked at before the first job in the tree, but before the next', async () => {
    await loans.lend(place, tree);
    writeFileSync(join(tree, 'source.js'), 'x'.repeat(10_000));
    const mount = { source: tree, target: '/work', mode: 'write' } as const;
    const known = loans.untouched(tree);
    expect(known.map(({ path }) => path).sort()).toEqual(['node_modules', 'packages/p/node_modules']);
    const looked = await prepareMounts([mount], undefined);
    expect(looked.heldBytes).toBeGreaterThan(10_000);
    expect(await prepareMounts([{ ...mount, known }], undefined)).toEqual(looked);
    expect(loans.untouched(tree)).toEqual([]);
  });

  it('is looked at all the same where a file of it has another name', async () => {
    linkSync(join(place, 'node_modules', 'a', 'index.js'), join(root, 'second'));
    await loans.lend(place, tree);
    expect(loans.untouched(tree).map(({ path }) => path)).toEqual(['packages/p/node_modules']);
  });

  it.runIf(process.getuid?.() === 0)(
    'is looked at all the same where not all of it is one user’s',
    async () => {
      chownSync(join(place, 'packages/p/node_modules/b/index.js'), 61_003, 61_003);
      await loans.lend(place, tree);
      expect(loans.untouched(tree).map(({ path }) => path)).toEqual(['node_modules']);
    },
  );

  it('does not take the place of one that was made meanwhile', async () => {
    await loans.lend(place, tree);
    mkdirSync(place);
    writeFileSync(join(place, 'newer'), '');
    await loans.giveBack(tree);
    expect(kept()).toEqual(['one']);
    expect(readdirSync(place)).toEqual(['newer']);
  });

  it('stays at its place while somebody reads it, and a touch meanwhile is one', async () => {
    const reading = Promise.withResolvers<void>();
    const lending = loans.lend(place, tree, reading.promise);
    await setTimeout(100);
    expect(readFileSync(join(place, 'node_modules/a/index.js'), 'utf8')).toBe('a');
    writeFileSync(join(place, 'node_modules/a/index.js'), 'b');
    reading.resolve();
    expect(await lending).toBe(true);
    await loans.giveBack(tree);
    expect(kept()).toEqual([]);
  });

  it('is not lent in part', async () => {
    expect(await loans.lend(place, join(root, 'no', 'such'))).toBe(false);
    expect(kept()).toEqual(['one']);
    expect(readdirSync(join(place, 'packages/p/node_modules'))).toEqual(['b']);
    expect(readdirSync(join(place, 'node_modules'))).toEqual(['a', 'link']);
  });
});
