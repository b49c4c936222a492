import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { killChild } from '../../kill-child.ts';
import {
  isAlive,
  type ProcessIdentity,
  signal,
  startTimeOf,
} from '../../runtime/processes/process-identity.ts';
import {
  type CgroupHome,
  type CgroupLimits,
  type CgroupWrite,
  exceededLimit,
  planCgroup,
  removeCgroup,
} from './cgroup.ts';
import { readTree } from './process-tree.ts';

/** Holds one job to its memory and process limits. */
export type Enforcer = {
  /** To be written before the job starts. */
  readonly writes: readonly CgroupWrite[];
  /** The limit that the job has reached. */
  exceeded(root: number): Promise<'memory' | 'processes' | undefined>;
  /** The job's processes, as the host numbers them. */
  pids(root: number): Promise<readonly number[]>;
  /** Ends the job's first process and whatever is left of the others, and removes what was made. Again: does nothing. */
  close(root: Pick<ChildProcess, 'kill' | 'pid'>): Promise<void>;
};

/** The kernel enforces: it refuses a process over the limit, and kills one that wants more memory. */
export function cgroupEnforcer(home: CgroupHome, limits: CgroupLimits): Enforcer {
  const cgroup = planCgroup(home, limits);
  return {
    writes: cgroup.writes,
    exceeded: async () => exceededLimit(cgroup),
    pids: async () => {
      const text = await readFile(join(cgroup.pids, 'cgroup.procs'), 'utf8').catch(() => '');
      return text.split('\n').map(Number).filter(Boolean);
    },
    close: async (root) => {
      // First: what is not in the group yet must not enter it afterwards.
      killChild(root, 'SIGKILL');
      await removeCgroup(cgroup);
    },
  };
}

/** Without control groups: looks at the process tree again and again. A job may overshoot between two looks. */
export function pollingEnforcer(limits: CgroupLimits): Enforcer {
  let first: ProcessIdentity | undefined;
  // Of the last look while its root lived: afterwards nothing leads to a tree any more.
  let seen: readonly ProcessIdentity[] = [];
  const look = async (root: number) => {
    first ??= identityOf(root)[0];
    const use = await readTree(root);
    // What is found below a pid that was given to another must not be ended with the job.
    if (first !== undefined && isAlive(first)) seen = use.pids.flatMap(identityOf);
    return use;
  };
  return {
    writes: [],
    exceeded: async (root) => {
      const use = await look(root);
      if (use.residentKiB > limits.memoryMiB * 1024) return 'memory';
      return use.tasks > limits.processes ? 'processes' : undefined;
    },
    pids: async (root) => (await look(root)).pids,
    close: async (root) => {
      // Stopped, it begins no process that this look would miss. False: it ended already.
      if (killChild(root, 'SIGSTOP') && root.pid !== undefined) await look(root.pid);
      for (const one of seen) signal(one, 'SIGKILL');
      killChild(root, 'SIGKILL');
    },
  };
}

function identityOf(pid: number): ProcessIdentity[] {
  const startTime = startTimeOf(pid);
  return startTime === undefined ? [] : [{ pid, startTime }];
}
