import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { removeTree } from '../remove-tree.ts';
import { copyFiles } from './copy-files.ts';
import { manifestOf, type TreeManifest } from './tree-manifest.ts';

/** What an install holds, by path of each of its `node_modules`. */
export type Modules = ReadonlyMap<string, TreeManifest>;

// Beside the manifests and the lockfile; only what is in the `node_modules` is ever handed out.
const modulesFile = 'modules.json';

/** While nobody has had it: later, what is there is compared with this. */
export async function writeModules(place: string): Promise<void> {
  const modules: [string, [string, string][]][] = [];
  for (const path of await modulesIn(place, '')) {
    modules.push([path, [...(await manifestOf(join(place, path)))]]);
  }
  await writeFile(join(place, modulesFile), JSON.stringify(modules));
}

export async function readModules(place: string): Promise<Modules> {
  const text = await readFile(join(place, modulesFile), 'utf8');
  const modules = JSON.parse(text) as [string, [string, string][]][];
  return new Map(modules.map(([path, entries]): [string, TreeManifest] => [path, new Map(entries)]));
}

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
