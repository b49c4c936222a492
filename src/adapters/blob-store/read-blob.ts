import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { codeOf } from '../whole-file.ts';

/** undefined: there is no such file. Rejects with `blob.corrupt` for what is no regular file of at most `most` bytes. */
export async function readBounded(path: string, most: number): Promise<string | undefined> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined;
    throw corrupt(path, messageOf(thrown));
  }
  try {
    const stats = await file.stat();
    if (!stats.isFile() || stats.size > most) throw corrupt(path, `a file of ${stats.size} bytes`);
    return await file.readFile('latin1');
  } finally {
    await file.close();
  }
}

export function corrupt(path: string, found: string, cause?: unknown): AutolandError {
  return new AutolandError('blob.corrupt', `expected the blob ${basename(path)}, found ${found}`, {
    mend: 'find out who altered it, and restore it from a backup; the journal itself is not touched by it',
    cause,
  });
}
