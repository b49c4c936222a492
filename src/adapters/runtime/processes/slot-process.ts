import { spawn } from 'node:child_process';
import type { LaunchCommand, ServiceJob } from '../../../ports/sandbox.ts';
import { giveSecrets } from '../../sandbox/give-secrets.ts';
import { ended, type ProcessIdentity, signal, startTimeOf } from './process-identity.ts';

/** SIGTERM gets this long before SIGKILL. */
const TERM_MS = 1000;

export type Begin = {
  readonly command: LaunchCommand;
  /** Descriptor that its output goes to. */
  readonly output: number;
  readonly lifetime: ServiceJob['lifetime'];
  readonly onExit: () => void;
};

/** undefined: it could not be started, or ended at once. */
export function beginProcess({ command, output, lifetime, onExit }: Begin): ProcessIdentity | undefined {
  const child = spawn(command.file, [...command.args], {
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    cwd: '/',
    stdio: ['ignore', output, output, command.secrets === undefined ? 'ignore' : 'pipe'],
    detached: lifetime === 'detached',
  });
  child.on('error', () => {});
  if (command.secrets !== undefined) giveSecrets(child, command.secrets);
  child.once('exit', onExit);
  child.unref();
  const startTime = child.pid === undefined ? undefined : startTimeOf(child.pid);
  return child.pid === undefined || startTime === undefined ? undefined : { pid: child.pid, startTime };
}

export async function endProcess(target: ProcessIdentity): Promise<void> {
  signal(target, 'SIGTERM');
  if (!(await ended(target, TERM_MS))) signal(target, 'SIGKILL');
  await ended(target, TERM_MS);
}
