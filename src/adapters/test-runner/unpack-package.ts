import { mkdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { type ReadEntry, UnpackSync } from 'tar';
import { readArchive, unpackedOnce } from '../registry/unpack.ts';

const most = { bytes: 256 * 1024 * 1024, entries: 20_000 };
const umask = 0o022;

/**
 * Writes a package into `dir`, which MUST not be there yet, as npm does: no links, no empty folders, no owners, no times, and its
 * `.gitignore` as `.npmignore`. Rejects what is over a limit, and what npm would pass over or write otherwise with a warning.
 * As in https://github.com/npm/pacote/blob/main/lib/fetcher.js
 */
export async function unpackPackage(name: string, bytes: Buffer, dir: string): Promise<void> {
  await mkdir(dir);
  const ignores = new Set<string>();
  const filter = (_path: string, entry: unknown) => isWritten(entry as ReadEntry, ignores);
  const archive = new UnpackSync({
    cwd: dir,
    strip: 1,
    noMtime: true,
    preserveOwner: false,
    umask,
    ...unpackedOnce,
    filter,
  });
  let warning: string | undefined;
  archive.on('warn', (code: string) => {
    warning ??= code;
  });
  await readArchive(name, bytes, most, archive);
  if (warning !== undefined) throw new Error(`the tarball of ${name} cannot be unpacked: ${warning}`);
}

/** Alters the entry as npm does before it is written. */
function isWritten(entry: ReadEntry, ignores: Set<string>): boolean {
  // Folders come with what is in them.
  if (!/File$/.test(entry.type)) return false;
  entry.mode = (((entry.mode ?? 0) | 0o666) & ~umask) | 0o600;
  const name = basename(entry.path);
  if (name === '.npmignore') ignores.add(entry.path);
  if (name !== '.gitignore') return true;
  const renamed = entry.path.replace(/\.gitignore$/, '.npmignore');
  if (ignores.has(renamed)) return false;
  entry.path = renamed;
  return true;
}
