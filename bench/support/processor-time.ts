import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

export type ProcessorTime = {
  /** `group`: of this process and all that it has started since; `machine`: of whatever runs. */
  readonly of: 'group' | 'machine';
  /** How long processors have worked so far. */
  seconds(): number;
  close(): void;
};

const groups = '/sys/fs/cgroup/cpuacct';

/**
 * By a control group of version 1, where one can be made; of version 2 the sandboxes have groups beside it. What a process is told of
 * those that it started is no use: sandboxes end without having waited for what ran in them.
 */
export function openProcessorTime(): ProcessorTime {
  const group = join(groups, `autoland-bench-${process.pid}`);
  const enter = (directory: string) =>
    writeFileSync(join(directory, 'cgroup.procs'), String(process.pid), { flag: 'r+' });
  try {
    mkdirSync(group);
    enter(group);
  } catch {
    return { of: 'machine', seconds: machineSeconds, close: () => undefined };
  }
  return {
    of: 'group',
    seconds: () => Number(readFileSync(join(group, 'cpuacct.usage'), 'utf8')) / 1e9,
    close() {
      enter(groups);
      rmdirSync(group);
    },
  };
}

function machineSeconds(): number {
  return cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0) / 1000;
}
