import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { sampleEntry, writeKit } from '../../adapters/recorder/kit.ts';
import { codeOf } from '../../adapters/whole-file.ts';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { mustHoldDirectories } from '../place/place.ts';

/** Writes what a service preloads to record its calls; answers the file to preload. `dir` must be new or empty. Rejects with `usage`. */
export async function writeRecorder(dir: string): Promise<{ readonly preload: string }> {
  const path = resolve(dir);
  try {
    if (dir === '') throw new Error('no name was given');
    const found = await readdir(path).catch((thrown: unknown) => {
      if (codeOf(thrown) === 'ENOENT') return [];
      throw thrown;
    });
    if (found.length > 0) throw new Error('there are files in it');
    await mustHoldDirectories(path);
    await writeKit(path);
  } catch (cause) {
    throw new AutolandError('usage', `expected a new directory at ${path}: ${messageOf(cause)}`, {
      mend: 'name one that is not there yet, where this user may write',
      cause,
    });
  }
  return { preload: join(path, sampleEntry) };
}
