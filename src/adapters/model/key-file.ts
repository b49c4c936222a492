import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { AutolandError, messageOf } from '../../domain/errors.ts';

const largest = 8 * 1024;

/** The key of a model server; as `readKey`. */
export function readModelKey(path: string): string {
  return readKey(path, 'the key of a model');
}

/**
 * `what` is in the file; read anew for each call, so that it can be replaced. Throws `key.missing` or `key.unsafe`.
 * Mode and content are of one and the same open file, so a link may lead to it, as it does where secrets are mounted.
 */
export function readKey(path: string, what: string): string {
  const fd = opened(path, what);
  try {
    const stats = fstatSync(fd);
    const { mode, uid } = stats;
    if (!stats.isFile()) throw missing(path, what, new Error('it is no file'));
    if ((mode & 0o077) !== 0)
      throw unsafe(
        `expected ${path} to be readable by its owner alone, found mode 0${(mode & 0o777).toString(8)}`,
        `chmod 600 ${path}; if others could read it, make a new one`,
      );
    if (uid !== process.geteuid?.())
      throw unsafe(
        `expected ${path} to belong to this user, found owner ${uid}`,
        'run as the owner, or chown it',
      );
    return keyIn(readStart(fd), path, what);
  } finally {
    closeSync(fd);
  }
}

function opened(path: string, what: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw missing(path, what, cause);
  }
}

function readStart(fd: number): string {
  const buffer = Buffer.alloc(largest);
  return buffer.toString('utf8', 0, readSync(fd, buffer, 0, largest, 0));
}

/** What is found is in no message: it may be a key with a slip. */
function keyIn(text: string, path: string, what: string): string {
  const key = text.trim();
  if (/^[\x21-\x7e]{8,4096}$/.test(key)) return key;
  throw new AutolandError('key.missing', `expected ${what} in ${path}, found no single word`, {
    mend: 'write it there, alone in one line',
  });
}

function missing(path: string, what: string, cause: unknown): AutolandError {
  return new AutolandError('key.missing', `expected ${what} in ${path}: ${messageOf(cause)}`, {
    mend: 'write it there, alone in one line, and chmod 600',
    cause,
  });
}

function unsafe(message: string, mend: string): AutolandError {
  return new AutolandError('key.unsafe', message, { mend });
}
