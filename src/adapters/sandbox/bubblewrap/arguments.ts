import { join } from 'node:path';
import type { SandboxMount } from '../../../ports/sandbox.ts';
import type { ProcessIdentity } from '../../runtime/processes/process-identity.ts';
import type { OpenDoor } from './doors.ts';
import { INSIDE_HOME, INSIDE_ID } from './skeleton.ts';
import { ownerArguments } from './strays.ts';
import type { SystemLayout } from './system-layout.ts';
import type { Toolchain } from './toolchain.ts';

export const INSIDE_PATH = '/opt/bin:/opt/node/bin:/usr/local/bin:/usr/bin:/bin';

/** What of the host every sandbox of this machine is made from. */
export type Base = {
  readonly skeleton: string;
  readonly toolchain: Toolchain;
  readonly system: SystemLayout;
  /** Files inside npm's package directory that must look empty. */
  readonly npmSettings: readonly string[];
};

export type InsideJob = {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly mounts: readonly SandboxMount[];
  /** Size of each of /tmp, the home and /dev/shm. */
  readonly scratchMiB: number;
  readonly doors: readonly OpenDoor[];
  /** File descriptor for bubblewrap's JSON status lines. */
  readonly statusFd: number | undefined;
  /** Who looks after it; undefined: it lives on by itself. */
  readonly owner: ProcessIdentity | undefined;
};

/** Where bubblewrap reads its secret arguments. */
export const SECRETS_FD = 3;

/** Where bubblewrap reads its system call filter: `hostCommand` opens the skeleton's file there. */
export const FILTER_FD = 5;

/** The bubblewrap command line without what is secret. Order matters: later mounts cover earlier ones. */
export function bubblewrapCommand(base: Base, job: InsideJob): string[] {
  return [
    'bwrap',
    ...isolation(),
    ...(job.owner === undefined ? [] : ownerArguments(job.owner)),
    ...(job.statusFd === undefined ? [] : ['--json-status-fd', String(job.statusFd)]),
    ...['--args', String(SECRETS_FD), '--seccomp', String(FILTER_FD)],
    ...base.system.masks,
    ...etcArguments(base),
    ...toolArguments(base),
    ...scratchArguments(job.scratchMiB),
    ...base.system.hidden.flatMap((path) => ['--ro-bind', join(base.skeleton, 'empty'), path]),
    ...job.doors.flatMap(({ outside, door }) => ['--ro-bind', outside, door.socket]),
    ...mountArguments(job.mounts),
    // Last: bubblewrap's own root and /dev are memory-backed and writable until here.
    ...['--remount-ro', '/dev', '--remount-ro', '/'],
    ...['--chdir', job.cwd, '--', ...job.command],
  ];
}

/**
 * The environment, which any user could read on a command line, as `--args` takes it. The root comes after it: when the
 * writer dies half-way nothing starts, rather than a job with half an environment.
 */
export function secretArguments(base: Base, env: Readonly<Record<string, string>>): Buffer {
  const all = [...environmentArguments(env), ...base.system.root];
  return Buffer.from(all.map((argument) => `${argument}\0`).join(''));
}

function isolation(): string[] {
  const id = String(INSIDE_ID);
  return [
    ...['--unshare-all', '--unshare-user', '--disable-userns', '--uid', id, '--gid', id],
    ...['--cap-drop', 'ALL', '--new-session', '--die-with-parent', '--clearenv', '--hostname', 'sandbox'],
  ];
}

function etcArguments(base: Base): string[] {
  const own = ['passwd', 'group', 'hosts', 'nsswitch.conf'];
  return [
    ...own.flatMap((name) => ['--ro-bind', join(base.skeleton, 'etc', name), `/etc/${name}`]),
    ...base.system.etc,
  ];
}

function toolArguments({ skeleton, toolchain, npmSettings }: Base): string[] {
  const npm = toolchain.npm === undefined ? [] : ['--ro-bind', toolchain.npm, '/opt/npm'];
  return [
    ...['--ro-bind', toolchain.node, '/opt/node/bin/node', '--ro-bind', join(skeleton, 'bin'), '/opt/bin'],
    ...npm,
    ...npmSettings.flatMap((path) => ['--ro-bind', join(skeleton, 'empty'), path]),
  ];
}

function scratchArguments(mebibytes: number): string[] {
  const size = String(mebibytes * 1024 * 1024);
  const sized = ['/tmp', INSIDE_HOME, '/dev/shm'].flatMap((path) => ['--size', size, '--tmpfs', path]);
  return ['--proc', '/proc', '--dev', '/dev', ...sized];
}

/** Parents first, so that a mount inside another is not covered by it. */
function mountArguments(mounts: readonly SandboxMount[]): string[] {
  return mounts
    .toSorted((a, b) => a.target.length - b.target.length)
    .flatMap(({ mode, source, target }) => [mode === 'read' ? '--ro-bind' : '--bind', source, target]);
}

function environmentArguments(env: Readonly<Record<string, string>>): string[] {
  const whole = { PATH: INSIDE_PATH, HOME: INSIDE_HOME, LANG: 'C.UTF-8', TMPDIR: '/tmp', ...env };
  return Object.entries(whole).flatMap(([name, value]) => ['--setenv', name, value]);
}
