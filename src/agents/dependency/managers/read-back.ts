import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { AutolandError, messageOf } from '../../../domain/errors.ts';

const maxBytes = 32 * 1024 * 1024;

/** A file that a job left. DANGER: it may be a link, a pipe, or without end. Rejects with `lockfile.invalid`. */
export async function readBack(path: string, whose: string): Promise<Buffer> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stats = await file.stat();
      if (!stats.isFile() || stats.size > maxBytes) throw new Error('it is no file of at most 32 MiB');
      const bytes = Buffer.alloc(stats.size);
      const { bytesRead } = await file.read(bytes, 0, stats.size, 0);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (thrown) {
    const message = `Expected ${whose} to leave a file of at most 32 MiB; found: ${messageOf(thrown)}.`;
    throw new AutolandError('lockfile.invalid', message, { cause: thrown });
  }
}
