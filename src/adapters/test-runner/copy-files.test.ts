import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyFiles } from './copy-files.ts';

let [root, from, to] = ['', '', ''];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'autoland-copy-'));
  [from, to] = [join(root, 'from'), join(root, 'to')];
  mkdirSync(from);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const asRoot = process.getuid?.() === 0;
const old = new Date('2024-02-03T04:05:06.789Z');

/** `count` packages, a link, and names that look like options. */
function fill(count: number): readonly string[] {
  const names = [...Array.from({ length: count }, (_, at) => `p${at}`), '-rf', '--help'];
  for (const name of names) {
    mkdirSync(join(from, name));
    writeFileSync(join(from, name, 'index.js'), name);
    chmodSync(join(from, name, 'index.js'), 0o751);
    utimesSync(join(from, name, 'index.js'), old, old);
  }
  symlinkSync('../from/p0', join(from, 'link'));
  chmodSync(from, 0o2750);
  utimesSync(from, old, old);
  return names;
}

// Few are copied by one program, many by two, and too many for a command line by one again.
describe.each([3, 100, 6000])('copyFiles of %i packages', (count) => {
  it('copies everything once, with modes, times and links', async () => {
    const names = fill(count);
    if (asRoot) chownSync(join(from, 'p1', 'index.js'), 61_001, 61_002);
    if (asRoot) chownSync(from, 61_001, 61_002);
    await copyFiles(from, to);
    for (const name of names) expect(readFileSync(join(to, name, 'index.js'), 'utf8')).toBe(name);
    expect(readlinkSync(join(to, 'link'))).toBe('../from/p0');
    const file = statSync(join(to, 'p1', 'index.js'));
    expect([file.mode & 0o7777, file.mtimeMs]).toEqual([0o751, old.getTime()]);
    const whole = lstatSync(to);
    expect([whole.mode & 0o777, whole.mtimeMs]).toEqual([0o750, old.getTime()]);
    if (asRoot) for (const each of [file, whole]) expect([each.uid, each.gid]).toEqual([61_001, 61_002]);
  });
});

it('says what could not be copied, and where to', async () => {
  await expect(copyFiles(join(root, 'none'), to)).rejects.toMatchObject({
    code: 'state.unusable',
    message: expect.stringContaining(`${join(root, 'none')} to ${to}`),
  });
  fill(100);
  mkdirSync(to);
  await expect(copyFiles(from, to)).rejects.toMatchObject({ code: 'state.unusable' });
});
