import type { ChildProcess } from 'node:child_process';

/**
 * Answers whether it was signalled. DANGER: just after a spawn that has failed, ChildProcess.kill signals whatever its number happens
 * to be: 0, that is all of our own process group.
 */
export function killChild(
  child: Pick<ChildProcess, 'pid' | 'kill'>,
  name: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP',
): boolean {
  return child.pid !== undefined && child.kill(name);
}
