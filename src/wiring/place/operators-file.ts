import { constants, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { isErrno } from '../../adapters/runtime/files.ts';
import { AutolandError, messageOf } from '../../domain/errors.ts';

/** What it says, and what somebody could do who can write it: the end of a sentence that begins with "who can write it can". */
export type OperatorsFile = { readonly path: string; readonly says: string; readonly danger: string };

/**
 * What the operator of this machine wrote, read anew each time, so that it can be altered while autoland runs. undefined: there is no such
 * file. Rejects with `config.invalid`, and with `key.unsafe` where others than this user or root may write it.
 */
export async function readOperatorsFile(file: OperatorsFile): Promise<string | undefined> {
  // Who opens a pipe for reading waits until somebody writes.
  const handle = await open(file.path, constants.O_RDONLY | constants.O_NONBLOCK).catch((cause: unknown) => {
    if (isErrno(cause, 'ENOENT')) return undefined;
    throw unreadable(file, messageOf(cause), cause);
  });
  if (handle === undefined) return undefined;
  try {
    // The very file that is read: another may stand at its path by now.
    const stats = await handle.stat();
    mustBeOurs(stats, file);
    if (!stats.isFile()) throw unreadable(file, 'it is no plain file');
    if (stats.size > mostBytes) throw unreadable(file, `it has ${stats.size} bytes, over ${mostBytes}`);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/** More is no configuration, whatever it is. */
const mostBytes = 1024 * 1024;

function unreadable({ path, says }: OperatorsFile, found: string, cause?: unknown): AutolandError {
  return new AutolandError('config.invalid', `expected ${says} in ${path}: ${found}`, {
    mend: 'make it a file of YAML that the user that runs autoland can read',
    cause,
  });
}

function mustBeOurs({ mode, uid }: Stats, { path, danger }: OperatorsFile): void {
  if (uid !== 0 && uid !== process.geteuid?.())
    throw new AutolandError(
      'key.unsafe',
      `expected ${path} to belong to this user or root, found owner ${uid}`,
      { mend: `run as the owner, or chown it: who can write it can ${danger}` },
    );
  if ((mode & 0o022) !== 0)
    throw new AutolandError(
      'key.unsafe',
      `expected ${path} to be writable by its owner alone, found mode 0${(mode & 0o777).toString(8)}`,
      { mend: `chmod go-w ${path}: who can write it can ${danger}` },
    );
}
