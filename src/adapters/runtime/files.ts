import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { AutolandError } from '../../domain/errors.ts';

/** Makes a private directory, with its parents. */
export function privateDir(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
}

/** undefined: no such file. Any other failure is thrown: "cannot tell" is not "not there". */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    if (isErrno(thrown, 'ENOENT')) return undefined;
    throw thrown;
  }
}

const mostSecretBytes = 64 * 1024;

/**
 * A secret that a configuration names by its path. DANGER: whoever waits here holds up all that its process does, so a pipe that
 * nobody writes into, or a device without an end, must be refused at once.
 */
export function readSecretFile(path: string): string {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = fstatSync(fd);
    if (!found.isFile())
      throw new Error(`it is ${found.isDirectory() ? 'a directory' : 'no file, but a pipe or a device'}`);
    if (found.size > mostSecretBytes) throw new Error(`it is larger than ${mostSecretBytes} bytes`);
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}

/**
 * Replaces the file in one step; on disk when it returns.
 * Synchronous on purpose: it runs inside critical sections that must not be suspended half-way.
 */
export function writeAtomic(path: string, content: string): void {
  // No two of one process fall on one nanosecond. Random bytes would be as good, and cost a kill ten milliseconds to load.
  const temporary = `${path}.${process.pid}.${process.hrtime.bigint()}.tmp`;
  try {
    const fd = openSync(temporary, 'wx', 0o600);
    try {
      writeFileSync(fd, content);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
  } catch (thrown) {
    rmSync(temporary, { force: true });
    throw thrown;
  }
  syncDir(dirname(path));
}

/** What the system refuses is no bug of ours: `state.unusable`. Anything else that was thrown is answered as it is. */
export function unusable(expected: string, thrown: unknown, mend: string): unknown {
  if (!(thrown instanceof Error && 'syscall' in thrown)) return thrown;
  return new AutolandError('state.unusable', `expected ${expected}: ${thrown.message}`, {
    mend,
    cause: thrown,
  });
}

/** A rename or a new name is durable only once its directory is. */
export function syncDir(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

export function isErrno(thrown: unknown, ...codes: readonly string[]): boolean {
  return (
    thrown instanceof Error &&
    'code' in thrown &&
    typeof thrown.code === 'string' &&
    codes.includes(thrown.code)
  );
}
