import { constants } from 'node:fs';
import { type FileHandle, lstat, open, opendir, readlink, unlink } from 'node:fs/promises';
import { AutolandError } from '../../domain/errors.ts';

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/**
 * Reads a file that a job wrote below `directory`, following no symbolic link on the way: what a job leaves is hostile.
 * undefined: there is none. Rejects with `sandbox.failed` a path that leaves the directory, a link, anything but a
 * regular file, and a file larger than `maxBytes`.
 */
export async function readOutputFile(
  directory: string,
  path: string,
  maxBytes = 16 * 1024 * 1024,
): Promise<Buffer | undefined> {
  const parts = partsOf(path);
  return inFolder(directory, parts.slice(0, -1), async (parent) => {
    // Without O_NONBLOCK a named pipe would hold the reader for ever.
    const file = await openBelow(parent, parts.at(-1) ?? '', O_NONBLOCK);
    return file && (await readRegular(file, path, maxBytes));
  });
}

export type OutputLook =
  | { readonly kind: 'file'; readonly bytes: Buffer; readonly isExecutable: boolean }
  | { readonly kind: 'link'; readonly target: string }
  /** `seen`: what it is known again by, as far as one can without reading it. */
  | { readonly kind: 'large' | 'other'; readonly seen: string };

/**
 * What a job left below `directory` at a path, and of a link where it leads, without going there. undefined: nothing. Rejects with
 * `sandbox.failed` a path that leaves the directory, and a link on the way.
 */
export async function lookAtOutput(
  directory: string,
  path: string,
  maxBytes: number,
): Promise<OutputLook | undefined> {
  const parts = partsOf(path);
  return inFolder(directory, parts.slice(0, -1), async (parent) => {
    const place = `/proc/self/fd/${parent.fd}/${parts.at(-1)}`;
    const stats = await lstat(place).catch(unlessGone);
    if (stats === undefined) return undefined;
    if (stats.isSymbolicLink()) return { kind: 'link', target: await readlink(place) };
    const seen = `${stats.mode} ${stats.size} ${stats.mtimeMs}`;
    if (!stats.isFile()) return { kind: 'other', seen };
    if (stats.size > maxBytes) return { kind: 'large', seen };
    const file = await openBelow(parent, parts.at(-1) ?? '', O_NONBLOCK);
    const bytes = file && (await readRegular(file, path, maxBytes));
    return bytes && { kind: 'file', bytes, isExecutable: (stats.mode & 0o100) !== 0 };
  });
}

function unlessGone(thrown: unknown): undefined {
  if (codeOf(thrown) !== 'ENOENT') throw thrown;
}

/**
 * Removes a file or a link that a job may have left, never what the link leads to; what is not there is no error. Rejects
 * with `sandbox.failed` where it cannot, and at a link on the way.
 */
export async function removeOutputFile(directory: string, path: string): Promise<void> {
  const parts = partsOf(path);
  await inFolder(directory, parts.slice(0, -1), async (parent) => {
    await unlink(`/proc/self/fd/${parent.fd}/${parts.at(-1)}`).catch((thrown: unknown) => {
      if (codeOf(thrown) !== 'ENOENT') throw refused(path, `it cannot be removed (${codeOf(thrown)})`);
    });
  });
}

/** A link is no folder. */
export type OutputEntry = { readonly name: string; readonly isFolder: boolean };

/**
 * What is in a folder below `directory` ('': itself), by name; undefined: there is no such folder. Rejects with
 * `sandbox.failed` where it is no folder, or is reached by a link, or holds more than `most` names.
 */
export async function listOutputFolder(
  directory: string,
  path: string,
  most: number,
): Promise<readonly OutputEntry[] | undefined> {
  return inFolder(directory, path === '' ? [] : partsOf(path), async (folder) => {
    const found: OutputEntry[] = [];
    for await (const entry of await opendir(`/proc/self/fd/${folder.fd}`)) {
      if (found.length >= most) throw refused(path, `its folder holds more than ${most} names`);
      found.push({ name: entry.name, isFolder: entry.isDirectory() });
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  });
}

function partsOf(path: string): readonly string[] {
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) {
    throw refused(path, 'a plain relative path was expected');
  }
  return parts;
}

/** Calls `act` with the folder held open. undefined: there is none. */
async function inFolder<T>(
  directory: string,
  parts: readonly string[],
  act: (folder: FileHandle) => Promise<T>,
): Promise<T | undefined> {
  let folder = await open(directory, O_RDONLY | O_DIRECTORY);
  try {
    for (const part of parts) {
      const next = await openBelow(folder, part, O_DIRECTORY);
      if (next === undefined) return undefined;
      await folder.close();
      folder = next;
    }
    return await act(folder);
  } finally {
    await folder.close();
  }
}

/** openat(2) by way of /proc: the parent is held open, so nothing can be put in its place meanwhile. */
async function openBelow(parent: FileHandle, name: string, flag: number): Promise<FileHandle | undefined> {
  try {
    return await open(`/proc/self/fd/${parent.fd}/${name}`, O_RDONLY | O_NOFOLLOW | flag);
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === 'ENOENT') return undefined;
    throw refused(name, `it is a link, or not of the expected kind (${code})`);
  }
}

async function readRegular(file: FileHandle, path: string, maxBytes: number): Promise<Buffer> {
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw refused(path, 'it is not a regular file');
    const chunks: Buffer[] = [];
    let length = 0;
    let read = 1;
    while (read > 0 && length <= maxBytes) {
      // One more than it says: what grows meanwhile is noticed.
      const expected = Math.max(stats.size - length, 0) + 1;
      const chunk = Buffer.allocUnsafe(Math.min(expected, maxBytes + 1 - length));
      read = (await file.read(chunk, 0, chunk.length)).bytesRead;
      chunks.push(chunk.subarray(0, read));
      length += read;
    }
    if (length > maxBytes) throw refused(path, `it is larger than ${maxBytes} bytes`);
    return Buffer.concat(chunks);
  } finally {
    await file.close();
  }
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
}

function refused(path: string, found: string): AutolandError {
  return new AutolandError(
    'sandbox.failed',
    `a regular file was expected from the sandbox at ${path}, but ${found}`,
  );
}
