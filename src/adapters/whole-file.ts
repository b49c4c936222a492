import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, open, rename, rm, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AutolandError, messageOf } from '../domain/errors.ts';

export type Write = {
  readonly path: string;
  readonly text: string;
  /** What is there stays: another process was first. */
  readonly ifAbsent?: true;
};

const draftName = /^\.new-/;

/** Left by a process that was killed, or under way. */
export function isDraft(name: string): boolean {
  return draftName.test(name);
}

/** Whole or not at all, and on the disk with its name when it resolves. Rejects with `journal.full-disk` or `state.unusable`. */
export async function writeWhole({ path, text, ifAbsent }: Write): Promise<void> {
  const draft = join(dirname(path), `.new-${process.pid}-${randomBytes(8).toString('hex')}`);
  try {
    await writeDraft(draft, text);
    if (ifAbsent === true) await link(draft, path).catch(unlessThere);
    else await rename(draft, path);
    await syncDirectory(dirname(path));
  } catch (thrown) {
    throw explained(dirname(path), thrown);
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

async function writeDraft(draft: string, text: string): Promise<void> {
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(text, 'ascii');
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Overwritten where it lies, then removed: a file that is only removed can be found again. Where the medium writes elsewhere than it
 * read (solid-state disks, file systems that copy on write) the old bytes stay until their place is used again.
 */
export async function shred(path: string): Promise<void> {
  try {
    const file = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW);
    try {
      const { size } = await file.stat();
      await file.writeFile(Buffer.alloc(size));
      await file.sync();
    } finally {
      await file.close();
    }
    await unlink(path);
    await syncDirectory(dirname(path));
  } catch (thrown) {
    if (codeOf(thrown) !== 'ENOENT') throw explained(dirname(path), thrown);
  }
}

export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

export function explained(directory: string, thrown: unknown): unknown {
  const code = codeOf(thrown);
  const found = messageOf(thrown);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new AutolandError('journal.full-disk', `expected room to write to ${directory}, found: ${found}`, {
      mend: 'free some space on that disk; what was written before is whole',
      cause: thrown,
    });
  if (['EROFS', 'EACCES', 'EPERM', 'ENOTDIR', 'EEXIST', 'EISDIR'].includes(code))
    return new AutolandError('state.unusable', `expected to write to ${directory}, found: ${found}`, {
      mend: 'make it a directory that this user can write to',
      cause: thrown,
    });
  return thrown;
}

function unlessThere(thrown: unknown): void {
  if (codeOf(thrown) !== 'EEXIST') throw thrown;
}

export function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
}
