import { realpathSync } from 'node:fs';
import { isAbsolute, normalize } from 'node:path';
import type { Grant } from '../../adapters/runtime/command/executable.ts';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import type { Place } from '../place/place.ts';

/** Who may name any program of these, with any words, may do anything: a shell is among them. */
const everything: ReadonlySet<string> = new Set(
  ['', '/usr', '/usr/local'].flatMap((root) => ['', '/bin', '/sbin'].map((dir) => `${root}${dir}` || '/')),
);

/**
 * What `up --runtime-commands` says. It is said on the machine and not in the repository: who can push to the protected
 * branch may choose among the operator's programs, and not run others with the operator's rights.
 */
export function grantOf(paths: readonly string[], { repo, state }: Pick<Place, 'repo' | 'state'>): Grant {
  return { allowed: paths.map(checked), never: [repo, state] };
}

function checked(path: string): string {
  if (!isAbsolute(path)) throw unusable(path, 'an absolute path', 'relative one');
  if (everything.has(resolved(path)))
    throw unusable(path, "a directory of the operator's own programs", "system's directory, shells and all");
  return normalize(path).replace(/(?<=.)\/$/, '');
}

function resolved(path: string): string {
  try {
    return realpathSync(path);
  } catch (cause) {
    throw unusable(path, 'a file or a directory that is there', messageOf(cause));
  }
}

function unusable(path: string, expected: string, found: string): AutolandError {
  return new AutolandError('usage', `--runtime-commands: expected ${expected}, found ${path} (${found})`, {
    mend: 'make a directory that only its owner can write to, and name it: --runtime-commands /etc/autoland/commands',
  });
}
