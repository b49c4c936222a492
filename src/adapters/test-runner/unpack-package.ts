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
  let problem: string | undefined;
  const refuse = (why: string): void => {
    problem ??= why;
  };
  const archive = new UnpackSync({
    cwd: dir,
    strip: 1,
    noMtime: true,
    preserveOwner: false,
    umask,
    ...unpackedOnce,
    filter: (_path, entry) => {
      const file = entry as ReadEntry;
      const why = whyNot(file);
      if (why !== undefined) refuse(why);
      return why === undefined && isWritten(file, ignores);
    },
  });
  archive.on('warn', refuse);
  await readArchive(name, bytes, most, archive);
  if (problem !== undefined) throw new Error(`the tarball of ${name} cannot be unpacked: ${problem}`);
}

/** DANGER: it is this process that writes, and it may be root's. The library refuses what leads out as well. */
function whyNot({ path, mode = 0, type }: ReadEntry): string | undefined {
  if (/[\\\0]/.test(path) || path.split('/').includes('..')) return `a path that leads out: ${path}`;
  return /File$/.test(type) && (mode & 0o7000) !== 0
    ? `a file that would run as its owner: ${path}`
    : undefined;
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
