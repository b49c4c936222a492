import { execFile } from 'node:child_process';
import { lstat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { isErrno } from './runtime/files.ts';
import { systemPath } from './system-path.ts';

const execute = promisify(execFile);

/** To ask costs nothing beside a program. */
function isGone(path: string): Promise<boolean> {
  return lstat(path).then(
    () => false,
    (error: unknown) => isErrno(error, 'ENOENT'),
  );
}

/**
 * Removes what a job, a service or a release left: also directories that were made read-only, paths too long to be named, and
 * more files than could be waited for. Follows no link; what is not there is no error. Whatever writes there MUST have ended.
 */
export async function removeTree(path: string): Promise<void> {
  if (await isGone(path)) return;
  const env = { PATH: systemPath() };
  const remove = () => execute('rm', ['-rf', '--', path], { env });
  try {
    await remove();
  } catch (thrown) {
    const found = await lstat(path).catch(() => undefined);
    if (found === undefined) return;
    // A link as the argument itself would be followed by chmod.
    if (!found.isDirectory()) throw thrown;
    await execute('chmod', ['-R', 'u+rwX', '--', path], { env });
    await remove();
  }
}
