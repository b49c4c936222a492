import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Removes every file and link below `dir` that `keep` does not want, then the directories that became empty. */
export async function removeAllBut(dir: string, keep: (path: string) => boolean): Promise<void> {
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) {
      await removeAllBut(path, keep);
      if ((await readdir(path)).length === 0) await rmdir(path);
    } else if (!keep(path)) await rm(path);
  }
}
