import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { isTestFile } from '../../domain/test-file.ts';

/** Puts the base's test files in the place of the head's: what judges a change is not part of it. */
export async function overlayTests(base: string, head: string): Promise<void> {
  for (const path of await testFilesOf(head)) await rm(join(head, path), { force: true });
  for (const path of await testFilesOf(base)) {
    await mkdir(dirname(join(head, path)), { recursive: true });
    await cp(join(base, path), join(head, path), { verbatimSymlinks: true });
  }
}

async function testFilesOf(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
    .filter(isTestFile);
}
