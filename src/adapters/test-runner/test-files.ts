import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { isTestFile } from '../../domain/test-file.ts';

/** Puts the test files of one side in the place of the other's: whose tests judge is not for the other to say. */
export async function overlayTests(from: string, to: string): Promise<void> {
  for (const path of await testFilesOf(to)) await rm(join(to, path), { force: true });
  for (const path of await testFilesOf(from)) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await cp(join(from, path), join(to, path), { verbatimSymlinks: true });
  }
}

async function testFilesOf(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
    .filter(isTestFile);
}
