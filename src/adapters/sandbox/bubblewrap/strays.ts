import { readdirSync, readFileSync } from 'node:fs';
import {
  isAlive,
  type ProcessIdentity,
  signal,
  startTimeOf,
} from '../../runtime/processes/process-identity.ts';

const mark = /(?:^|\0)AUTOLAND_JOB_OF_(\d+)_(\d+)\0/;

/** For the command line of a job: who looks after it. To unset a variable that nobody has set does nothing. */
export function ownerArguments({ pid, startTime }: ProcessIdentity): readonly string[] {
  return ['--unsetenv', `AUTOLAND_JOB_OF_${pid}_${startTime}`];
}

/**
 * Ends jobs whose owner is gone. bubblewrap dies with its parent, but not in the moment in which it has made its child and not
 * yet told it to start: who is killed just then leaves one behind, which may run on for as long as it likes.
 */
export function sweepStrays(): void {
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const owner = ownerIn(commandLineOf(pid));
    if (owner === undefined || isAlive(owner)) continue;
    const startTime = startTimeOf(pid);
    if (startTime !== undefined) signal({ pid, startTime }, 'SIGKILL');
  }
}

function ownerIn(commandLine: string): ProcessIdentity | undefined {
  const [, pid, startTime] = mark.exec(commandLine) ?? [];
  return pid === undefined || startTime === undefined ? undefined : { pid: Number(pid), startTime };
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // It ended meanwhile, or is not to be seen.
    return '';
  }
}
