import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { removeTree } from '../remove-tree.ts';
import { copyFiles } from './copy-files.ts';

/** Puts it where `to` has others. */
export async function copyModules(from: string, to: string): Promise<void> {
  for (const path of await modulesIn(from, '')) {
    await removeTree(join(to, path));
    await copyFiles(join(from, path), join(to, path));
  }
}

/** The outermost `node_modules`, of the root and of workspaces. */
export async function modulesIn(root: string, folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  const deeper = folders.map((path) => (basename(path) === 'node_modules' ? [path] : modulesIn(root, path)));
  return (await Promise.all(deeper)).flat();
}
