import { hash } from 'node:crypto';
import { type Dirent, lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { removeTree } from '../remove-tree.ts';

/** What stands at each path below a directory: kind, mode, size and digest of the content. */
export type TreeManifest = ReadonlyMap<string, string>;

/** Follows no link. Rejects where something is neither file, directory nor link, or cannot be read. */
export async function manifestOf(root: string): Promise<TreeManifest> {
  const manifest = new Map<string, string>();
  await walk(root, '', async (path, found) => {
    manifest.set(path, `${aboutOf(found)}${contentOf(join(root, path), found)}`);
    return true;
  });
  return manifest;
}

/** Removes what the manifest does not know, and answers whether all that it knows is there and as it was. Never rejects. */
export async function restore(root: string, manifest: TreeManifest): Promise<boolean> {
  let met = 0;
  try {
    await walk(root, '', async (path, found) => {
      const known = manifest.get(path);
      if (known === undefined) {
        await removeTree(join(root, path));
        return false;
      }
      // Before anything is opened: what code has left there may be a pipe that nobody writes to, or too large to be read.
      if (!known.startsWith(aboutOf(found))) throw new Error(`expected another ${path}`);
      if (known !== `${aboutOf(found)}${contentOf(join(root, path), found)}`)
        throw new Error(`expected another content of ${path}`);
      met += 1;
      return true;
    });
    return met === manifest.size;
  } catch {
    return false;
  }
}

type Visit = (path: string, found: Stats) => Promise<boolean>;

/**
 * Waits for nothing but `visit`: reading ten thousand small files through promises takes five times as long. Others get their turn
 * after each directory. Goes into a directory only where `visit` says so.
 */
async function walk(root: string, path: string, visit: Visit): Promise<void> {
  const found = lstatSync(join(root, path));
  if (!(await visit(path, found)) || !found.isDirectory()) return;
  await setImmediate();
  for (const entry of entriesOf(join(root, path))) {
    const at = join(path, entry.name);
    if (entry.isDirectory()) await walk(root, at, visit);
    else await visit(at, lstatSync(join(root, at)));
  }
}

function entriesOf(directory: string): readonly Dirent[] {
  return readdirSync(directory, { withFileTypes: true });
}

/** With its names: a second one of the same file would be a way to change it later. */
function aboutOf(found: Stats): string {
  const mode = (found.mode & 0o7777).toString(8);
  if (found.isDirectory()) return `directory ${mode}`;
  if (found.isSymbolicLink()) return 'link ';
  if (!found.isFile()) throw new Error('expected a file, a directory or a link');
  return `file ${mode} ${found.size} ${found.nlink} `;
}

function contentOf(path: string, found: Stats): string {
  if (found.isDirectory()) return '';
  return found.isSymbolicLink() ? JSON.stringify(readlinkSync(path)) : hash('sha256', readFileSync(path));
}
