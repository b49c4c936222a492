import { chmodSync, existsSync, realpathSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { readIfThere, writeAtomic } from '../adapters/runtime/files.ts';
import { isAlive, startTimeOf } from '../adapters/runtime/processes/process-identity.ts';
import { KernelLock } from '../adapters/store/kernel-lock.ts';
import { AutolandError, messageOf } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Place } from './place.ts';

/** Which control plane a repository has or had last, as its note in the repository says. */
export type Owner = { readonly state: string; readonly user: string; readonly running: boolean };

const lockOf = (repo: string) => join(repo, 'autoland.lock');
const noteOf = (repo: string) => join(repo, 'autoland.json');

/**
 * One control plane for each repository, whatever its state directory is. Held until `free` or the end of the process.
 * Throws `state.locked`, which names the holder, or `state.unusable` where the repository cannot be written to.
 */
export function takeRepository(place: Place): { free(): void } {
  const lock = tryLock(place.repo);
  if (lock === undefined) throw ownedElsewhere(place, readOwner(place.repo));
  const ours = { state: place.state, user: userInfo().username };
  // Only the lock counts; the note is there for commands that were given another state directory, by any user.
  writeNote(place.repo, { ...ours, pid: process.pid, startTime: startTimeOf(process.pid) ?? '' });
  return {
    free() {
      writeNote(place.repo, ours);
      lock.free();
    },
  };
}

/** Where there is no room for it, work goes on without: then a note of before stays. */
function writeNote(repo: string, note: JsonObject): void {
  try {
    writeAtomic(noteOf(repo), `${JSON.stringify(note)}\n`);
    chmodSync(noteOf(repo), 0o644);
  } catch (thrown) {
    process.stderr.write(`autoland: ${noteOf(repo)} could not be written: ${messageOf(thrown)}\n`);
  }
}

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

function tryLock(repo: string): KernelLock | undefined {
  try {
    return KernelLock.tryTake(lockOf(repo));
  } catch (cause) {
    throw new AutolandError(
      'state.unusable',
      `expected to write to the repository ${repo}: ${messageOf(cause)}`,
      { mend: 'start autoland as a user who may: it merges into that repository', cause },
    );
  }
}

function ownedElsewhere({ repo, state }: Place, owner: Owner | undefined): AutolandError {
  const other = owner === undefined ? 'another one' : `one of ${owner.user} with --state ${owner.state}`;
  return new AutolandError(
    'state.locked',
    `expected the control plane of ${repo} to use ${state}, found ${other} running`,
    {
      mend: owner === undefined ? 'end that one first' : `add --state ${owner.state}, or end that one first`,
    },
  );
}
