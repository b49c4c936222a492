import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { sampleEntry, writeKit } from '../../adapters/recorder/kit.ts';
import { AutolandError } from '../../domain/errors.ts';

/** Writes what a service preloads to record its calls; answers the file to preload. `dir` must be new or empty. */
export async function writeRecorder(dir: string): Promise<{ readonly preload: string }> {
  const directory = resolve(dir);
  const found = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new AutolandError('usage', `expected a new directory, found ${directory} (${error.code})`, {
      mend: 'name a directory that is not there yet',
    });
  });
  if (found.length > 0)
    throw new AutolandError('usage', `expected a new directory, found files in ${directory}`, {
      mend: 'name a directory that is not there yet',
    });
  await writeKit(directory);
  return { preload: join(directory, sampleEntry) };
}
