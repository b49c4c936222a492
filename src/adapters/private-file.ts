import { chmodSync, closeSync, openSync, statSync } from 'node:fs';
import { isErrno } from './runtime/files.ts';

/**
 * Makes sure that only its owner can open the file that a lock is to be taken on: whoever can read a file can lock it
 * against everybody. It MUST NOT open one that is there: closing it again would free every lock that this process has
 * on it (fcntl_locking(2)).
 */
export function privateLockFile(path: string): void {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  if (mode !== undefined) {
    // Left by a version that let SQLite create it, readable by others.
    if ((mode & 0o077) !== 0) chmodSync(path, 0o600);
    return;
  }
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (thrown) {
    if (!isErrno(thrown, 'EEXIST')) throw thrown;
    // Another process of ours made it just now, by these very lines.
  }
}
