import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AutolandError } from '../../../domain/errors.ts';
import type { SandboxLimits, SandboxResult } from '../../../ports/sandbox.ts';
import { giveSecrets } from '../give-secrets.ts';
import { hostEnvironment } from './commands.ts';
import { diskUse, removedFilesUse } from './disk-use.ts';
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
const DISK_LOOK_MS = 250;
/** How long the pipes may stay open once the first process has ended, or all were killed. */
const LINGER_MS = 2000;

type Limit = 'seconds' | 'memory' | 'processes' | 'disk';

/** Runs the command to its end or to the first limit that it reaches; nothing of it is left afterwards. */
export async function supervise(job: Supervised): Promise<SandboxResult> {
  const started = performance.now();
  const { child, output, closed } = start(job);
  const stop = new AbortController();
  try {
    const watching = watch(job, child.pid ?? 0, stop.signal);
    const early = await Promise.race([watching, ended(child, closed)]);
    stop.abort();
    // What happened between the last look and the end counts as well.
    const limit = early ?? (await watching) ?? (await lastLook(job));
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
async function watch(job: Supervised, root: number, signal: AbortSignal): Promise<Limit | undefined> {
  const deadline = performance.now() + job.limits.seconds * 1000;
  let nextDiskLook = 0;
  while (!signal.aborted) {
    const now = performance.now();
    if (now >= deadline) return 'seconds';
    const limit = await job.enforcer.exceeded(root);
    if (limit !== undefined) return limit;
    if (now >= nextDiskLook) {
      if (await diskExceeded(job, await job.enforcer.pids(root))) return 'disk';
      // A large tree takes long to measure: looking must not cost more than a third of the time.
      nextDiskLook = performance.now() + Math.max(DISK_LOOK_MS, 2 * (performance.now() - now));
    }
    await sleep(Math.min(LOOK_MS, Math.max(1, deadline - now)), undefined, { signal }).catch(() => {});
  }
  return undefined;
}

async function lastLook(job: Supervised): Promise<Limit | undefined> {
  return (await job.enforcer.exceeded(0)) ?? ((await diskExceeded(job, [])) ? 'disk' : undefined);
}

async function diskExceeded(job: Supervised, pids: readonly number[]): Promise<boolean> {
  if (job.writable.length === 0) return false;
  const devices = await Promise.all(job.writable.map(async (path) => (await stat(path)).dev));
  const removed = await removedFilesUse(pids, new Set(devices));
  const allowed = job.heldBytes + job.limits.diskMiB * 1024 * 1024 - removed;
  return (await diskUse(job.writable, allowed)).bytes > allowed;
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
