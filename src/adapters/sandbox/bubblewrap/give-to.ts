import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Identity } from './identity.ts';

const execute = promisify(execFile);

/** Makes the ids own the path and all below it; links are changed themselves, never followed. */
export async function giveTo(path: string, identity: Identity | undefined): Promise<void> {
  if (identity === undefined) return;
  const owner = `${identity.uid}:${identity.gid}`;
  // chown walks by file descriptor and follows no link; a walk by path could be led elsewhere meanwhile.
  await execute('chown', ['-hR', '--preserve-root', '--', owner, path]);
}
