import type { ChildProcess } from 'node:child_process';
import { Writable } from 'node:stream';

/** Writes `secrets` to the child's file descriptor 3, which must be a pipe, and closes it. Throws a TypeError where it is none. */
export function giveSecrets(child: ChildProcess, secrets: Buffer): void {
  const pipe = child.stdio[3];
  if (!(pipe instanceof Writable)) throw new TypeError('expected a pipe at file descriptor 3 of the child');
  // A child that ended before it read tells so by its exit.
  pipe.on('error', () => {});
  pipe.end(secrets);
}
