import { lstatSync, type Stats } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AutolandError, messageOf } from '../../domain/errors.ts';

export type Wanted = { readonly path: string; readonly text: string };
export type InitFile = Wanted & { readonly kept: boolean };

const folder = '.autoland';

/** Which of them are there. Throws `usage` where git could not read what would be written, or it would end up elsewhere. */
export function lookAt(dir: string, wanted: readonly Wanted[]): readonly InitFile[] {
  const place = lstatSync(join(dir, folder), { throwIfNoEntry: false });
  if (place !== undefined && !place.isDirectory()) throw inTheWay('a directory', join(dir, folder), place);
  return wanted.map((file) => {
    const path = join(dir, file.path);
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found !== undefined && !found.isFile()) throw inTheWay('a file', path, found);
    return { ...file, kept: found !== undefined };
  });
}

/** Never over a file. Rejects with `usage`. */
export async function writeMissing(dir: string, files: readonly InitFile[]): Promise<void> {
  try {
    await mkdir(join(dir, folder), { recursive: true });
    for (const { path, text, kept } of files)
      if (!kept) await writeFile(join(dir, path), text, { flag: 'wx' });
  } catch (cause) {
    throw new AutolandError('usage', `expected to write ${join(dir, folder)}: ${messageOf(cause)}`, {
      mend: 'make it yours to write, with room on its disk; what is there already is kept',
      cause,
    });
  }
}

function inTheWay(expected: string, path: string, found: Stats): AutolandError {
  const what = found.isSymbolicLink()
    ? 'a symbolic link, which is not followed in a commit'
    : found.isDirectory()
      ? 'a directory'
      : 'something else';
  return new AutolandError('usage', `expected ${expected} or nothing at ${path}, found ${what}`, {
    mend: 'remove it, or move it away; nothing was written',
  });
}
