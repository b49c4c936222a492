import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, readdir, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { systemPath } from '../system-path.ts';

/** Of names in the directory: with fewer one program is as fast, with more the kernel takes no command line of them. */
const shared = { from: 32, to: 5000 };

const isRoot = process.getuid?.() === 0;

/**
 * Copies a directory to a path that is not there: links as links, with modes and times, and as root with owners. The program of the
 * system, because Node's own takes five times the processor's time for the ten thousand small files of an install; two at once,
 * because one keeps one processor busy. Rejects with `state.unusable`.
 */
export async function copyFiles(from: string, to: string): Promise<void> {
  try {
    const names = await readdir(from);
    if (names.length < shared.from || names.length > shared.to) await copy('--no-target-directory', from, to);
    else await copyByTwo(from, names, to);
  } catch (cause) {
    throw new AutolandError('state.unusable', `expected to copy ${from} to ${to}: ${messageOf(cause)}`, {
      mend: 'make room on the disk of the working directory',
      cause,
    });
  }
}

async function copyByTwo(from: string, names: readonly string[], to: string): Promise<void> {
  await mkdir(to);
  const halves = [0, 1].map((half) =>
    names.filter((_, at) => at % 2 === half).map((name) => join(from, name)),
  );
  const copied = await Promise.allSettled(halves.map((paths) => copy(`--target-directory=${to}`, ...paths)));
  // Not before both have ended: whoever hears of it may remove what they write.
  for (const each of copied) if (each.status === 'rejected') throw each.reason;
  const { uid, gid, mode, atime, mtime } = await stat(from);
  if (isRoot) await chown(to, uid, gid);
  await chmod(to, mode & 0o7777);
  await utimes(to, atime, mtime);
}

async function copy(how: string, ...paths: readonly string[]): Promise<void> {
  const args = [
    '-RP',
    `--preserve=mode,timestamps${isRoot ? ',ownership' : ''}`,
    '--reflink=auto',
    how,
    '--',
    ...paths,
  ];
  await promisify(execFile)('cp', args, { env: { PATH: systemPath() } });
}
