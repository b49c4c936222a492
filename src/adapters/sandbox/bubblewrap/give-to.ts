import { execFile } from 'node:child_process';
import { lstat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { AutolandError, messageOf } from '../../../domain/errors.ts';
import { systemPath } from '../../system-path.ts';
import type { Identity } from './identity.ts';

const execute = promisify(execFile);

/**
 * Makes the ids own the path and all below it that somebody else owns; links are changed themselves, never followed. What is
 * theirs already is not touched: its time of change tells others that nobody was at it. Rejects with `sandbox.failed`.
 */
export async function giveTo(path: string, identity: Identity, owners: Iterable<string>): Promise<void> {
  const owner = `${identity.uid}:${identity.gid}`;
  for (const from of owners) if (from !== owner) await give(path, from, owner);
}

/** `uid:gid`, of the path itself. */
export async function ownerOf(path: string): Promise<string> {
  const { uid, gid } = await lstat(path);
  return `${uid}:${gid}`;
}

async function give(path: string, from: string, owner: string): Promise<void> {
  // chown walks by file descriptor and follows no link; a walk by path could be led elsewhere meanwhile.
  const args = ['-hR', '--preserve-root', `--from=${from}`, '--', owner, path];
  await execute('chown', args, { env: { PATH: systemPath() } }).catch((cause: unknown) => {
    const said = messageOf(cause);
    throw new AutolandError('sandbox.failed', `expected to give ${path} to the sandbox's user: ${said}`, {
      mend: 'chown must be on PATH, and the file system must have owners: name another place in TMPDIR',
      cause,
    });
  });
}
