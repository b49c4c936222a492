import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Finding } from './attempt-escape.ts';

const execute = promisify(execFile);

export const INSTALL_MEND = 'apt-get install bubblewrap socat';

/** The programs of the system that the sandbox is made of. */
const PROGRAMS: readonly (readonly [name: string, ...args: string[]])[] = [
  ['bwrap', '--version'],
  ['socat', '-V'],
  ['bash', '--version'],
  ['setpriv', '--version'],
  ['unshare', '--version'],
];

export async function findPrograms(path: string): Promise<readonly Finding[]> {
  return Promise.all(
    PROGRAMS.map(async ([name, ...args]) => {
      const found = await execute(name, args, { env: { PATH: path } }).catch(() => undefined);
      const detail = found?.stdout.match(/\d+(\.\d+)+/)?.[0] ?? 'present';
      return { check: name, ok: found !== undefined, detail: found ? detail : `not found: ${INSTALL_MEND}` };
    }),
  );
}
