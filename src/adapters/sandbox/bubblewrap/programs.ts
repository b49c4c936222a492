import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Finding } from './attempt-escape.ts';
import { hostEnvironment } from './commands.ts';

export const INSTALL_MEND = 'apt-get install bubblewrap socat';

/** The programs of the system that the sandbox is made of, and how each tells its version. */
const PROGRAMS: ReadonlyMap<string, string> = new Map([
  ['bwrap', '--version'],
  ['socat', '-V'],
  ['bash', '--version'],
  ['setpriv', '--version'],
  ['unshare', '--version'],
]);

const directories = (hostEnvironment().PATH ?? '').split(':');

/** Looked for, not started: what does not run is found out by the first job that is tried. */
export function findPrograms(within: readonly string[] = directories): readonly Finding[] {
  return [...PROGRAMS.keys()].map((name) => {
    const path = within.map((directory) => join(directory, name)).find(isProgram);
    return { check: name, ok: path !== undefined, detail: path ?? `not found: ${INSTALL_MEND}` };
  });
}

/** For people; undefined: it is none of the sandbox's programs, or does not say. */
export async function versionOf(name: string): Promise<string | undefined> {
  const option = PROGRAMS.get(name);
  if (option === undefined) return undefined;
  const told = promisify(execFile)(name, [option], { env: hostEnvironment() });
  const { stdout } = await told.catch(() => ({ stdout: '' }));
  return stdout.match(/\d+(\.\d+)+/)?.[0];
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
