import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { isAlive, startTimeOf } from '../../runtime/processes/process-identity.ts';
import { planCgroup, removeCgroup, sweepCgroups } from './cgroup.ts';
import { findCgroupHome } from './cgroup-home.ts';

const home = await findCgroupHome();
const limits = { memoryMiB: 64, processes: 16 };

it.skipIf(home === undefined)(
  'ends what hangs in the job of a dead process, and leaves services and the living alone (skipped: no writable control groups)',
  async () => {
    if (home === undefined) return;
    const dead = spawn('true', { stdio: 'ignore' });
    await once(dead, 'exit');
    const groups = [planCgroup(home, limits), planCgroup(home, limits, 'service'), planCgroup(home, limits)];
    const [orphan, service, mine] = groups.map((group, at) => {
      const text = JSON.stringify(group.writes).replaceAll(
        `-${process.pid}-`,
        `-${at < 2 ? dead.pid : process.pid}-`,
      );
      return JSON.parse(text) as typeof group.writes;
    });
    const script =
      'while [ $# -gt 0 ]; do mkdir -p "$1" && echo "$3" > "$1/$2" || exit 1; shift 3; done; echo in; exec sleep 60';
    const members = [orphan, service, mine].map((writes) =>
      spawn('/bin/sh', ['-c', script, 'sh', ...(writes ?? []).flat()], {
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
    try {
      await Promise.all(members.map(async ({ stdout }) => stdout && once(stdout, 'data')));
      const found = members.map(({ pid = 0 }) => ({ pid, startTime: startTimeOf(pid) ?? '' }));
      await sweepCgroups(home, Date.now());
      expect(found.map(isAlive)).toEqual([false, true, true]);
    } finally {
      for (const member of members) member.kill('SIGKILL');
      for (const group of groups) {
        const renamed = JSON.parse(JSON.stringify(group).replaceAll(`-${process.pid}-`, `-${dead.pid}-`));
        await removeCgroup(group);
        await removeCgroup(renamed as typeof group);
      }
    }
  },
);
