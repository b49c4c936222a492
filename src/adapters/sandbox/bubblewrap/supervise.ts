import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { AutolandError } from '../../../domain/errors.ts';
import type { SandboxLimits, SandboxResult } from '../../../ports/sandbox.ts';
import { giveSecrets } from '../give-secrets.ts';
import { hostEnvironment } from './commands.ts';
import { DiskWatch } from './disk-watch.ts';
import type { Enforcer } from './enforcer.ts';
import { TailBuffer } from './tail-buffer.ts';

export type Supervised = {
  /** The host-side command; bubblewrap writes its status to file descriptor `STATUS_FD`. */
  readonly command: readonly [string, ...string[]];
  /** Given to the command at file descriptor 3. */
  readonly secrets: Buffer;
  readonly limits: SandboxLimits;
  readonly enforcer: Enforcer;
  /** Host directories that the job can write to, and the bytes that they hold already. */
  readonly writable: readonly string[];
  readonly heldBytes: number;
};

export const STATUS_FD = 4;
const LOOK_MS = 50;
/** How long the pipes may stay open once the first process has ended, or all were killed. */
const LINGER_MS = 2000;

type Limit = 'seconds' | 'memory' | 'processes' | 'disk';

/** Runs the command to its end or to the first limit that it reaches; nothing of it is left afterwards. */
export async function supervise(job: Supervised): Promise<SandboxResult> {
  const started = performance.now();
  const { child, output, closed } = start(job);
  const stop = new AbortController();
  try {
    const more = job.limits.diskMiB * 1024 * 1024;
    const disk = new DiskWatch(job.writable, { held: job.heldBytes, more });
    const watching = watch(job, { root: child.pid ?? 0, disk }, stop.signal);
    const early = await Promise.race([watching, ended(child, closed)]);
    stop.abort();
    // What happened between the last look and the end counts as well.
    const limit = early ?? (await watching) ?? (await lastLook(job, disk));
    // Before the pipes are waited for: bubblewrap's inner process, left behind in its first moments, would hold them.
    await job.enforcer.close(child);
    await Promise.race([closed, sleep(LINGER_MS, undefined, { ref: false })]);
    const result = { ...output(), ms: performance.now() - started };
    if (limit !== undefined) return { kind: 'limit', limit, ...result };
    return {
      kind: 'exited',
      code: exitCode(result),
      stdout: result.stdout,
      stderr: result.stderr,
      ms: result.ms,
    };
  } finally {
    stop.abort();
    await job.enforcer.close(child);
    for (const pipe of child.stdio) pipe?.destroy();
  }
}

function start(job: Supervised) {
  const [file, ...args] = job.command;
  const child = spawn(file, args, {
    cwd: '/',
    env: hostEnvironment(process.pid),
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
  });
  giveSecrets(child, job.secrets);
  const keep = job.limits.outputKiB * 1024;
  const [stdout, stderr, status] = [new TailBuffer(keep), new TailBuffer(keep), new TailBuffer(4_096)];
  const buffers = [
    [1, stdout],
    [2, stderr],
    [STATUS_FD, status],
  ] as const;
  for (const [fd, buffer] of buffers) child.stdio[fd]?.on('data', (chunk: Buffer) => buffer.push(chunk));
  const output = () => ({ stdout: stdout.text(), stderr: stderr.text(), status: status.text() });
  return { child, output, closed: closeOf(child) };
}

async function closeOf(child: ChildProcess): Promise<void> {
  try {
    await once(child, 'close');
  } catch (cause) {
    throw new AutolandError('sandbox.unavailable', `the sandbox could not be started: ${String(cause)}`, {
      cause,
    });
  }
}

/** The job is over; undefined stands for no limit. */
async function ended(child: ChildProcess, closed: Promise<void>): Promise<undefined> {
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await Promise.race([closed, exited.then(() => sleep(LINGER_MS, undefined, { ref: false }))]);
}

/** The first limit that is reached; undefined once stopped. */
async function watch(
  job: Supervised,
  { root, disk }: { readonly root: number; readonly disk: DiskWatch },
  signal: AbortSignal,
): Promise<Limit | undefined> {
  const deadline = performance.now() + job.limits.seconds * 1000;
  while (!signal.aborted) {
    const now = performance.now();
    if (now >= deadline) return 'seconds';
    const limit = await job.enforcer.exceeded(root);
    if (limit !== undefined) return limit;
    if (await disk.exceeded(() => job.enforcer.pids(root))) return 'disk';
    await sleep(Math.min(LOOK_MS, Math.max(1, deadline - now)), undefined, { signal }).catch(() => {});
  }
  return undefined;
}

async function lastLook(job: Supervised, disk: DiskWatch): Promise<Limit | undefined> {
  return (await job.enforcer.exceeded(0)) ?? ((await disk.look([])) ? 'disk' : undefined);
}

/** bubblewrap reports the command's own exit code; without a report it never came to run the command. */
function exitCode({ status, stderr }: { status: string; stderr: string }): number {
  const code = /"exit-code":\s*(\d+)/.exec(status)?.[1];
  if (code !== undefined) return Number(code);
  throw new AutolandError(
    'sandbox.failed',
    `the sandbox ended before its command did: ${stderr.slice(-2_000)}`,
    {
      mend: 'run `autoland doctor`, which tries the sandbox and says what is missing',
    },
  );
}
