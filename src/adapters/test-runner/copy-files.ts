import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { systemPath } from '../system-path.ts';

/**
 * Copies a directory to a path that is not there: links as links, with modes and times. The program of the system, because
 * Node's own takes five times the processor's time for the ten thousand small files of an install. Rejects with
 * `state.unusable`.
 */
export async function copyFiles(from: string, to: string): Promise<void> {
  const args = ['-RP', '--preserve=mode,timestamps', '--reflink=auto', '--', from, to];
  await promisify(execFile)('cp', args, { env: { PATH: systemPath() } }).catch((cause: unknown) => {
    throw new AutolandError('state.unusable', `expected to copy ${from} to ${to}: ${messageOf(cause)}`, {
      mend: 'make room on the disk of the working directory',
      cause,
    });
  });
}
