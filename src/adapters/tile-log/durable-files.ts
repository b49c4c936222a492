import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AutolandError, messageOf } from '../../domain/errors.ts';

/**
 * Writes files below `root`, each whole or not at all (tmp + fsync + rename), and returns when they and their names
 * have reached the disk. Files of one call come in no particular order. Throws AutolandError `journal.full-disk`.
 */
export async function writeDurably(
  root: string,
  files: ReadonlyMap<string, Uint8Array | string>,
): Promise<void> {
  try {
    await writeAll(root, files);
  } catch (error) {
    throw explain(root, error);
  }
}

async function writeAll(root: string, files: ReadonlyMap<string, Uint8Array | string>): Promise<void> {
  const folders = new Set<string>();
  for (const path of files.keys()) {
    for (const folder of await makeFolder(root, dirname(path))) folders.add(folder);
  }
  await Promise.all([...files].map(([path, bytes]) => writeWhole(join(root, path), bytes)));
  await Promise.all([...folders].map((folder) => syncFolder(join(root, folder))));
}

/** Every folder whose names may have changed: that of the file, and the parents of those that were made. */
async function makeFolder(root: string, folder: string): Promise<readonly string[]> {
  const made = await mkdir(join(root, folder), { recursive: true });
  if (made === undefined || folder === '.') return [folder];
  const parts = folder.split('/');
  return parts.map((_, at) => parts.slice(0, at).join('/') || '.').concat(folder);
}

async function writeWhole(path: string, bytes: Uint8Array | string): Promise<void> {
  // One name for every attempt: what a killed process left is written over. Only one process publishes at a time.
  const temporary = `${path}.tmp`;
  try {
    const file = await open(temporary, 'w', 0o644);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function explain(root: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new AutolandError(
    'journal.full-disk',
    `expected room to publish the log to ${root}, found: ${messageOf(error)}`,
    {
      mend: 'free some space on that disk; what was published before is whole, and the rest follows by itself',
      cause: error,
    },
  );
}
