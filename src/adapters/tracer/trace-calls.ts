import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SystemCalls } from '../../domain/system-calls.ts';
import type { SandboxMount } from '../../ports/sandbox.ts';
import type { Argv } from '../../ports/test-runner.ts';
import { CallPipe, makePipe } from './call-pipe.ts';
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

/**
 * Makes the directory `place`, which no other run may use, and in it what `traceCalls` needs. Answers whether it could: there are file
 * systems without pipes, where tests must run all the same.
 */
export async function readyToTrace(place: string): Promise<boolean> {
  await mkdir(place);
  return makePipe(join(place, name)).then(
    () => true,
    () => false,
  );
}

/** Runs a command in the sandbox, and answers what it asked of the kernel. `place`: where `readyToTrace` answered true; undefined: it did not. */
export async function traceCalls<T>(
  place: string | undefined,
  { argv, project, run }: TracedJob<T>,
): Promise<{ readonly result: T; readonly systemCalls: SystemCalls }> {
  const pipe = place === undefined ? undefined : pipeIn(place, project);
  if (place === undefined || pipe === undefined)
    return { result: await run(argv, []), systemCalls: untraced };
  try {
    // Only to be read: nobody can put another pipe in its place, and writing to a pipe needs no more.
    const mount: SandboxMount = { source: place, target: callsInside, mode: 'read' };
    const result = await run(underStrace(argv, join(callsInside, name)), [mount]);
    return { result, systemCalls: await pipe.read() };
  } finally {
    pipe.close();
  }
}

function pipeIn(place: string, project: string): CallPipe | undefined {
  try {
    return CallPipe.open(join(place, name), project);
  } catch {
    return undefined;
  }
}
