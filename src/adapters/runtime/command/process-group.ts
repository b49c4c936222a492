import { type ChildProcess, spawn } from 'node:child_process';
import { messageOf } from '../../../domain/errors.ts';
import type { Executable } from './executable.ts';

/** SIGTERM gets this long before SIGKILL. */
const TERM_MS = 1000;

/** In a process group of its own. Some of what hinders a start is thrown, such as words that are too long together; the rest is told later. */
export function startGroup(run: {
  readonly executable: Executable;
  readonly env: Readonly<Record<string, string>>;
}): ChildProcess | { readonly why: string } {
  const { file, name, args } = run.executable;
  try {
    return spawn(file, args, { argv0: name, env: run.env, cwd: '/', stdio: 'pipe', detached: true });
  } catch (thrown) {
    return { why: messageOf(thrown) };
  }
}

export async function endGroup(child: ChildProcess): Promise<void> {
  signalGroup(child, 'SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, TERM_MS));
  if (child.exitCode === null && child.signalCode === null) signalGroup(child, 'SIGKILL');
}

/** The group keeps its number while one of it lives, also when the one that it is named after is gone. */
export function signalGroup({ pid }: ChildProcess, name: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch {
    // Nobody is left of it.
  }
}
