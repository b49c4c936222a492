import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { join, posix, sep } from 'node:path';

/** A path below a root, with `/`; undefined: it leads out of it, or names no file. */
export function within(path: string): string | undefined {
  const plain = posix.normalize(path);
  const isOutside = plain === '..' || plain.startsWith('../') || plain.startsWith('/');
  return isOutside || plain === '.' || plain.endsWith('/') || plain.includes('\0') ? undefined : plain;
}

/** Text of a file of a tree. undefined: there is none, a link leads out of the tree, or it is larger than `most` bytes. */
export async function readWithin(tree: string, path: string, most: number): Promise<string | undefined> {
  const file = await openWithin(tree, path);
  if (file === undefined) return undefined;
  try {
    const found = await file.stat();
    return found.isFile() && found.size <= most ? await file.readFile('utf8') : undefined;
  } finally {
    await file.close();
  }
}

async function openWithin(tree: string, path: string) {
  try {
    const [root, real] = await Promise.all([realpath(tree), realpath(join(tree, path))]);
    if (!real.startsWith(root + sep)) return undefined;
    // A pipe must not keep this waiting.
    return await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}
