import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { writeRecorder } from './recorder.ts';

const dir = mkdtempSync(join(tmpdir(), 'autoland-recorder-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const at = (name: string) => join(dir, name);

it('writes what is preloaded into a new directory', async () => {
  const { preload } = await writeRecorder(at('new/kit'));
  expect(existsSync(preload)).toBe(true);
});

writeFileSync(at('file'), '');
symlinkSync('/nowhere/x', at('link'));
mkdirSync(at('full'));
writeFileSync(at('full/x'), '');

it.each([
  ['nothing', ''],
  ['a place where nothing can be made', '/proc/x/kit'],
  ['a file', at('file')],
  ['a place below a file', at('file/kit')],
  ['a link to nowhere', at('link')],
  ['a directory with files', at('full')],
])('refuses %s', async (_what, path) => {
  await expect(writeRecorder(path)).rejects.toMatchObject({ code: 'usage', mend: expect.any(String) });
  expect(readdirSync(at('full'))).toEqual(['x']);
});
