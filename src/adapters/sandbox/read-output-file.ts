import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
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
  const parts = path.split('/');
  const name = parts.pop() ?? '';
  if ([...parts, name].some((part) => part === '' || part === '.' || part === '..')) {
    throw refused(path, 'a plain relative path was expected');
  }
  let parent = await open(directory, O_RDONLY | O_DIRECTORY);
  try {
    for (const part of parts) {
      const next = await openBelow(parent, part, O_DIRECTORY, path);
      if (next === undefined) return undefined;
      await parent.close();
      parent = next;
    }
    // Without O_NONBLOCK a named pipe would hold the reader for ever.
    const file = await openBelow(parent, name, O_NONBLOCK, path);
    return file && (await readRegular(file, path, maxBytes));
  } finally {
    await parent.close();
  }
}

/** openat(2) by way of /proc: the parent is held open, so nothing can be put in its place meanwhile. */
async function openBelow(
  parent: FileHandle,
  name: string,
  flag: number,
  path: string,
): Promise<FileHandle | undefined> {
  try {
    return await open(`/proc/self/fd/${parent.fd}/${name}`, O_RDONLY | O_NOFOLLOW | flag);
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
    if (code === 'ENOENT') return undefined;
    throw refused(path, `${name} is a link, or not of the expected kind (${String(code)})`);
  }
}

async function readRegular(file: FileHandle, path: string, maxBytes: number): Promise<Buffer> {
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw refused(path, 'it is not a regular file');
    const buffer = Buffer.alloc(maxBytes + 1);
    let length = 0;
    for (let read = 1; read > 0 && length <= maxBytes; length += read) {
      read = (await file.read(buffer, length, buffer.length - length)).bytesRead;
    }
    if (length > maxBytes) throw refused(path, `it is larger than ${maxBytes} bytes`);
    return Buffer.from(buffer.subarray(0, length));
  } finally {
    await file.close();
  }
}

function refused(path: string, found: string): AutolandError {
  return new AutolandError(
    'sandbox.failed',
    `a regular file was expected from the sandbox at ${path}, but ${found}`,
  );
}
