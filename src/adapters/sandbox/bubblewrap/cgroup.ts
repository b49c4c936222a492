import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, readFile, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { startTimeOf } from '../../runtime/processes/process-identity.ts';

/** Where this process may make control groups with a process and a memory limit. */
export type CgroupHome = {
  readonly version: 1 | 2;
  readonly memory: string;
  readonly pids: string;
  /** The limit files that this kernel has. */
  readonly memoryFiles: readonly string[];
};

/** One file to write: directory (made when absent), file name, value. */
export type CgroupWrite = readonly [directory: string, file: string, value: string];

export type CgroupLimits = { readonly memoryMiB: number; readonly processes: number };

/** The control groups of one job: one directory (version 2) or one per controller (version 1). */
export type JobCgroup = {
  readonly memory: string;
  readonly pids: string;
  /** Where the kernel counts whom it had to kill. */
  readonly kills: string;
  /** In this order; the last ones move the writing process itself in. */
  readonly writes: readonly CgroupWrite[];
};

const PREFIX = 'autoland-';
const STALE_MS = 60_000;

/** `job`: nothing in it outlives this process. `service`: it may. */
export function planCgroup(
  home: CgroupHome,
  limits: CgroupLimits,
  kind: 'job' | 'service' = 'job',
): JobCgroup {
  const name = `${PREFIX}${kind}-${process.pid}-${randomBytes(6).toString('hex')}`;
  const bytes = String(limits.memoryMiB * 1024 * 1024);
  const memory = join(home.memory, name);
  const pids = join(home.pids, name);
  const writes: CgroupWrite[] = [[pids, 'pids.max', String(limits.processes)]];
  for (const file of home.memoryFiles) writes.push([memory, file, file === 'memory.swap.max' ? '0' : bytes]);
  // 0 stands for the process that writes it. Version 1 moves a single thread without stopping all others.
  const enter = home.version === 1 ? 'tasks' : 'cgroup.procs';
  for (const directory of new Set([pids, memory])) writes.push([directory, enter, '0']);
  const kills = join(memory, home.version === 1 ? 'memory.oom_control' : 'memory.events');
  return { memory, pids, kills, writes };
}

/** The limit that the kernel had to enforce so far. */
export function exceededLimit({ pids, kills }: JobCgroup): 'memory' | 'processes' | undefined {
  if (readCount(kills, 'oom_kill') > 0) return 'memory';
  return readCount(join(pids, 'pids.events'), 'max') > 0 ? 'processes' : undefined;
}

/** Kills whatever is still in the groups and removes them. */
export async function removeCgroup(cgroup: JobCgroup): Promise<void> {
  for (const directory of new Set([cgroup.pids, cgroup.memory])) await removeDirectory(directory);
}

async function removeDirectory(directory: string): Promise<void> {
  for (let round = 0; round < 100 && !(await removed(directory)); round += 1) {
    await killMembers(directory);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The process whose job it is; undefined: it is no job. */
function ownerOf(name: string): number | undefined {
  const pid = new RegExp(`^${PREFIX}job-(\\d+)-`).exec(name)?.[1];
  return pid === undefined ? undefined : Number(pid);
}

/**
 * Removes the empty groups that killed processes of this project left behind, and ends what still hangs in the group
 * of a job: bubblewrap's inner process, killed from outside before it was told to go on, waits for that word for good.
 */
export async function sweepCgroups(home: CgroupHome, now: number): Promise<void> {
  for (const parent of new Set([home.pids, home.memory])) {
    const names = await readdir(parent).catch(() => []);
    for (const name of names.filter((each) => each.startsWith(PREFIX))) {
      const made = await stat(join(parent, name)).catch(() => undefined);
      const owner = ownerOf(name);
      if (owner !== undefined && startTimeOf(owner) === undefined) await removeDirectory(join(parent, name));
      // A young one may be about to be entered; rmdir refuses one that is in use.
      if (made !== undefined && now - made.mtimeMs > STALE_MS) await removed(join(parent, name));
    }
  }
}

async function killMembers(directory: string): Promise<void> {
  const text = await readFile(join(directory, 'cgroup.procs'), 'utf8').catch(() => '');
  for (const pid of text.split('\n').map(Number)) {
    if (pid > 1 && pid !== process.pid) killQuietly(pid);
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

async function removed(directory: string): Promise<boolean> {
  return rmdir(directory).then(
    () => true,
    (thrown: NodeJS.ErrnoException) => thrown.code === 'ENOENT',
  );
}

/** At once: it is asked twenty times a second, and such a file is made of memory. 0 where it is not there. */
function readCount(path: string, key: string): number {
  const line = textOf(path)
    .split('\n')
    .find((each) => each.startsWith(`${key} `));
  return Number(line?.slice(key.length + 1) ?? 0);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
