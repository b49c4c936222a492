import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { type CgroupHome, planCgroup, removeCgroup } from './cgroup.ts';

/** The first home that really works: version 2, else version 1; undefined: none is writable. */
export async function findCgroupHome(): Promise<CgroupHome | undefined> {
  const mounts = parseMounts(await readFile('/proc/self/mountinfo', 'utf8'));
  const own = parseMembership(await readFile('/proc/self/cgroup', 'utf8'));
  for (const home of [...(await unifiedHomes(mounts, own)), ...(await legacyHomes(mounts, own))]) {
    if (await works(home)) return home;
  }
  return undefined;
}

type CgroupMount = { readonly root: string; readonly point: string; readonly controllers: readonly string[] };

/** Format: proc_pid_mountinfo(5). The unified hierarchy has the controller name ''. */
export function parseMounts(mountinfo: string): CgroupMount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root = '/', point = ''] = before.split(' ');
    const [type, , options = ''] = after.split(' ');
    if (type === 'cgroup2') return [{ root, point, controllers: [''] }];
    return type === 'cgroup' ? [{ root, point, controllers: options.split(',') }] : [];
  });
}

/** Format: cgroups(7), `/proc/[pid]/cgroup`. Controller -> path; '' for the unified hierarchy. */
export function parseMembership(text: string): Map<string, string> {
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(
    lines.flatMap((line) => {
      const [, controllers = '', ...path] = line.split(':');
      return controllers.split(',').map((name): [string, string] => [name, path.join(':')]);
    }),
  );
}

async function unifiedHomes(mounts: readonly CgroupMount[], own: ReadonlyMap<string, string>) {
  const mount = mounts.find(({ controllers }) => controllers.includes(''));
  if (mount === undefined) return [];
  // A group that holds processes cannot have limited children: the nearest ancestor that delegates is used.
  for (let at = await ownDirectory(mount, own.get('')); at.startsWith(mount.point); at = dirname(at)) {
    const delegated = await readFile(join(at, 'cgroup.subtree_control'), 'utf8').catch(() => '');
    const controllers = delegated.trim().split(' ');
    if (controllers.includes('memory') && controllers.includes('pids') && (await writable(at))) {
      return withAndWithoutSwap({ version: 2, memory: at, pids: at }, 'memory.max', 'memory.swap.max');
    }
  }
  return [];
}

async function legacyHomes(mounts: readonly CgroupMount[], own: ReadonlyMap<string, string>) {
  const find = (name: string) => mounts.find(({ controllers }) => controllers.includes(name));
  const [pids, memory] = [find('pids'), find('memory')];
  if (pids === undefined || memory === undefined) return [];
  const home = {
    version: 1 as const,
    memory: await ownDirectory(memory, own.get('memory')),
    pids: await ownDirectory(pids, own.get('pids')),
  };
  return withAndWithoutSwap(home, 'memory.limit_in_bytes', 'memory.memsw.limit_in_bytes');
}

/** Not every kernel accounts swap, and only a real try tells. */
function withAndWithoutSwap(
  home: Omit<CgroupHome, 'memoryFiles'>,
  memory: string,
  swap: string,
): CgroupHome[] {
  return [
    { ...home, memoryFiles: [memory, swap] },
    { ...home, memoryFiles: [memory] },
  ];
}

/** In a container the path of the membership may lie outside of what is mounted: then the mount itself. */
async function ownDirectory(mount: CgroupMount, path = '/'): Promise<string> {
  const directory = join(mount.point, relative(mount.root, path));
  const inside = directory === mount.point || directory.startsWith(`${mount.point}/`);
  return inside && (await writable(directory)) ? directory : mount.point;
}

async function writable(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}

/** Makes a group with limits, moves a process into it and removes it again. */
async function works(home: CgroupHome): Promise<boolean> {
  const trial = planCgroup(home, { memoryMiB: 64, processes: 16 });
  const script = 'while [ $# -gt 0 ]; do mkdir -p "$1" && echo "$3" > "$1/$2" || exit 1; shift 3; done';
  const child = spawn('/bin/sh', ['-c', script, 'sh', ...trial.writes.flat()], { env: {}, stdio: 'ignore' });
  try {
    const [code] = await once(child, 'exit');
    return code === 0;
  } catch {
    return false;
  } finally {
    await removeCgroup(trial);
  }
}
