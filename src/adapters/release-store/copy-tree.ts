import { execFile } from 'node:child_process';
import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, type FileHandle, mkdir, open, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TreeItem } from './tree-listing.ts';
import { type Found, unsafe, walkTree } from './walk-tree.ts';

const execute = promisify(execFile);
const concurrency = 16;
const chunkBytes = 256 * 1024;

/** What is in `dir`, with the digest of every file read anew. */
export async function readTree(dir: string): Promise<TreeItem[]> {
  const found = await walkTree(dir);
  return mapLimited(found, (item) => digestItem(dir, item));
}

/**
 * Copies `from` into the new directory `to`, read-only; answers what was written. `syncTree` makes it durable.
 * A copy, never a move or a hard link: whoever built the tree may still hold its files open.
 */
export async function copyTree(from: string, to: string): Promise<TreeItem[]> {
  const found = await walkTree(from);
  await mkdir(to, { mode: 0o755 });
  const directories = found.filter((item) => item.kind === 'directory').map(({ path }) => join(to, path));
  for (const directory of directories) await mkdir(directory, { mode: 0o755 });
  const items = await mapLimited(found, (item) => copyItem(from, to, item));
  for (const directory of [...directories.reverse(), to]) await chmod(directory, 0o555);
  return items;
}

/** Forces a copied tree to the disk, by one syncfs: an fsync for each of some thousand files takes seconds. */
export async function syncTree(dir: string): Promise<void> {
  await execute('sync', ['--file-system', '--', dir]);
}

/** fsync of a file, or of a directory's entries. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function digestItem(dir: string, item: Found): Promise<TreeItem> {
  if (item.kind !== 'file') return asItem(item);
  return withSource(join(dir, item.path), async (source, executable) => {
    const hash = createHash('sha256');
    await pump(source, hash);
    return { kind: 'file', path: item.path, executable, sha256: hash.digest('hex') };
  });
}

async function copyItem(from: string, to: string, item: Found): Promise<TreeItem> {
  if (item.kind === 'link') await symlink(item.target, join(to, item.path));
  if (item.kind !== 'file') return asItem(item);
  return withSource(join(from, item.path), async (source, executable) => {
    const copy = await open(join(to, item.path), 'wx', 0o600);
    try {
      const hash = createHash('sha256');
      await pump(source, hash, copy);
      await copy.chmod(executable ? 0o555 : 0o444);
      return { kind: 'file', path: item.path, executable, sha256: hash.digest('hex') };
    } finally {
      await copy.close();
    }
  });
}

function asItem(item: Found): TreeItem {
  return item.kind === 'link' ? item : { kind: 'directory', path: item.path };
}

/** O_NOFOLLOW and O_NONBLOCK: a file swapped for a link or a pipe since the walk is refused, not followed or waited for. */
async function withSource<T>(
  path: string,
  use: (source: FileHandle, executable: boolean) => Promise<T>,
): Promise<T> {
  const source = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const found = await source.stat();
    if (!found.isFile()) throw unsafe(`${path} changed while it was read`);
    return await use(source, (found.mode & 0o100) !== 0);
  } finally {
    await source.close();
  }
}

async function pump(source: FileHandle, hash: Hash, copy?: FileHandle): Promise<void> {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  for (;;) {
    const { bytesRead } = await source.read(buffer, 0, buffer.length);
    if (bytesRead === 0) return;
    const chunk = buffer.subarray(0, bytesRead);
    hash.update(chunk);
    await copy?.writeFile(chunk);
  }
}

/** Like Promise.all over a map, with a bound on open files. */
async function mapLimited<In, Out>(inputs: readonly In[], map: (input: In) => Promise<Out>): Promise<Out[]> {
  const outputs: Out[] = [];
  const queue = inputs.entries();
  const worker = async () => {
    for (const [i, input] of queue) outputs[i] = await map(input);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return outputs;
}
