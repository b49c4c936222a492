import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { readIfThere } from '../../adapters/runtime/files.ts';
import { isAlive } from '../../adapters/runtime/processes/process-identity.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { Place } from './place.ts';

/** Which control plane a repository has or had last, as its note in the repository says. */
export type Owner = { readonly state: string; readonly user: string; readonly running: boolean };

export const noteOf = (repo: string) => join(repo, 'autoland.json');

/** Throws `state.locked` where a control plane with another state directory works on this repository. */
export function refuseOtherOwner(place: Place): void {
  const owner = readOwner(place.repo);
  if (owner?.running === true && !isSame(owner.state, place.state)) throw ownedElsewhere(place, owner);
}

/** One directory may have two names. */
function isSame(one: string, other: string): boolean {
  return one === other || (existsSync(one) && existsSync(other) && realpathSync(one) === realpathSync(other));
}

/** undefined: none is known. */
export function readOwner(repo: string): Owner | undefined {
  try {
    const { state, user, pid, startTime } = JSON.parse(readIfThere(noteOf(repo)) ?? '{}') as Partial<
      Record<string, unknown>
    >;
    if (typeof state !== 'string' || typeof user !== 'string') return undefined;
    return { state, user, running: isAlive({ pid: Number(pid), startTime: String(startTime) }) };
  } catch {
    return undefined;
  }
}

export function ownedElsewhere({ repo, state }: Place, owner: Owner | undefined): AutolandError {
  const other = owner === undefined ? 'another one' : `one of ${owner.user} with --state ${owner.state}`;
  return new AutolandError(
    'state.locked',
    `expected the control plane of ${repo} to use ${state}, found ${other} running`,
    {
      mend: owner === undefined ? 'end that one first' : `add --state ${owner.state}, or end that one first`,
    },
  );
}
