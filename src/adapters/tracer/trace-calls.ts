import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SystemCalls } from '../../domain/system-calls.ts';
import type { SandboxMount } from '../../ports/sandbox.ts';
import type { Argv } from '../../ports/test-runner.ts';
import { CallPipe } from './call-pipe.ts';
import { underStrace } from './strace.ts';

/** Where the pipe is inside. */
export const callsInside = '/autoland/calls';
const name = 'pipe';

const untraced: SystemCalls = { traced: false, calls: [], gaps: [] };

export type TracedJob<T> = {
  readonly argv: Argv;
  /** Where the project stands inside. */
  readonly project: string;
  /** Runs a command with a mount more. */
  readonly run: (argv: Argv, mounts: readonly SandboxMount[]) => Promise<T>;
};

/** Runs a command in the sandbox, and answers what it asked of the kernel. `place`: a directory that no other run uses. */
export async function traceCalls<T>(
  place: string,
  { argv, project, run }: TracedJob<T>,
): Promise<{ readonly result: T; readonly systemCalls: SystemCalls }> {
  await mkdir(place);
  // There are file systems without pipes; the tests must run all the same.
  const pipe = await CallPipe.open(join(place, name), project).catch(() => undefined);
  if (pipe === undefined) return { result: await run(argv, []), systemCalls: untraced };
  try {
    // Only to be read: nobody can put another pipe in its place, and writing to a pipe needs no more.
    const mount: SandboxMount = { source: place, target: callsInside, mode: 'read' };
    const result = await run(underStrace(argv, join(callsInside, name)), [mount]);
    return { result, systemCalls: await pipe.read() };
  } finally {
    pipe.close();
  }
}
