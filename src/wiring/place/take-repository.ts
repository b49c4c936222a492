import { chmodSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { writeAtomic } from '../../adapters/runtime/files.ts';
import { startTimeOf } from '../../adapters/runtime/processes/process-identity.ts';
import { KernelLock } from '../../adapters/store/kernel-lock.ts';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { tellTrouble } from '../trouble.ts';
import { noteOf, ownedElsewhere, readOwner } from './owner.ts';
import type { Place } from './place.ts';

const lockOf = (repo: string) => join(repo, 'autoland.lock');

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
    tellTrouble(`${noteOf(repo)} could not be written: ${messageOf(thrown)}`);
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
