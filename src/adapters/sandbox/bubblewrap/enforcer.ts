import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
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
  /** Ends whatever is left and removes what was made. */
  close(): Promise<void>;
};

/** The kernel enforces: it refuses a process over the limit, and kills one that wants more memory. */
export function cgroupEnforcer(home: CgroupHome, limits: CgroupLimits): Enforcer {
  const cgroup = planCgroup(home, limits);
  return {
    writes: cgroup.writes,
    exceeded: () => exceededLimit(cgroup),
    pids: async () => {
      const text = await readFile(join(cgroup.pids, 'cgroup.procs'), 'utf8').catch(() => '');
      return text.split('\n').map(Number).filter(Boolean);
    },
    close: () => removeCgroup(cgroup),
  };
}

/** Without control groups: looks at the process tree again and again. A job may overshoot between two looks. */
export function pollingEnforcer(limits: CgroupLimits): Enforcer {
  return {
    writes: [],
    exceeded: async (root) => {
      const use = await readTree(root);
      if (use.residentKiB > limits.memoryMiB * 1024) return 'memory';
      return use.tasks > limits.processes ? 'processes' : undefined;
    },
    pids: async (root) => (await readTree(root)).pids,
    close: async () => {},
  };
}
