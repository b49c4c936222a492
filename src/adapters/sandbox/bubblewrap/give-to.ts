import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { AutolandError, messageOf } from '../../../domain/errors.ts';
import { systemPath } from '../../system-path.ts';
import type { Identity } from './identity.ts';

const execute = promisify(execFile);

/** Makes the ids own the path and all below it; links are changed themselves, never followed. Rejects with `sandbox.failed`. */
export async function giveTo(path: string, identity: Identity | undefined): Promise<void> {
  if (identity === undefined) return;
  const owner = `${identity.uid}:${identity.gid}`;
  // chown walks by file descriptor and follows no link; a walk by path could be led elsewhere meanwhile.
  const args = ['-hR', '--preserve-root', '--', owner, path];
  await execute('chown', args, { env: { PATH: systemPath() } }).catch((cause: unknown) => {
    const said = messageOf(cause);
    throw new AutolandError('sandbox.failed', `expected to give ${path} to the sandbox's user: ${said}`, {
      mend: 'chown must be on PATH, and the file system must have owners: name another place in TMPDIR',
      cause,
    });
  });
}
