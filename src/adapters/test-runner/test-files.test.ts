import { mkdtempSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isTestFile } from '../../domain/test-file.ts';
import { overlayTests } from './test-files.ts';

describe('isTestFile', () => {
  it.each([
    ['test/a.js', true],
    ['src/__tests__/a.js', true],
    ['src/a.test.ts', true],
    ['src/a-spec.js', true],
    ['tests/data/x.json', true],
    ['src/__snapshots__/a.snap', true],
    ['vitest.config.ts', true],
    ['.mocharc.json', true],
    ['test.js', true],
    ['src/a.js', false],
    ['src/latest.js', false],
    ['src/contest.js', false],
    ['package.json', false],
  ])('%s: %s', (path, expected) => {
    expect(isTestFile(path)).toBe(expected);
  });
});

describe('overlayTests', () => {
  let top: string;
  beforeEach(() => {
    top = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-overlay-')));
  });
  afterEach(() => rmSync(top, { recursive: true, force: true }));

  async function write(side: string, files: Readonly<Record<string, string>>): Promise<string> {
    for (const [path, text] of Object.entries(files)) {
      const full = join(top, side, path);
      await mkdir(dirname(full), { recursive: true });
      await writeFile(full, text);
    }
    return join(top, side);
  }

  it("puts the base's tests in the place of the head's, and leaves the rest", async () => {
    const base = await write('base', { 'test/a.js': 'old', 'test/gone.js': 'old', 'src/a.js': 'old' });
    const head = await write('head', { 'test/a.js': 'new', 'test/more.js': 'new', 'src/a.js': 'new' });
    await overlayTests(base, head);
    const read = (path: string) => readFileSync(join(head, path), 'utf8');
    expect([read('test/a.js'), read('test/gone.js'), read('src/a.js')]).toEqual(['old', 'old', 'new']);
    expect(() => read('test/more.js')).toThrow(/ENOENT/);
  });

  it('copies a link as a link', async () => {
    const base = await write('base', { 'src/a.js': 'x' });
    await mkdir(join(base, 'test'));
    await symlink('../src/a.js', join(base, 'test', 'link.js'));
    const head = await write('head', { 'src/a.js': 'x' });
    await overlayTests(base, head);
    expect(readlinkSync(join(head, 'test', 'link.js'))).toBe('../src/a.js');
  });
});
