import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AutolandError } from '../../../domain/errors.ts';
import { findNpm } from '../../registry/machine-npm.ts';
import type { Base } from './arguments.ts';
import type { Finding } from './attempt-escape.ts';
import type { CgroupHome } from './cgroup.ts';
import { findCgroupHome } from './cgroup-home.ts';
import type { Identity } from './identity.ts';
import { reachableDirectory } from './reachable.ts';
import { FILTER_FILE, prepareSkeleton } from './skeleton.ts';
import { filterFinding, systemCallFilter } from './system-call-filter.ts';
import { readSystemLayout } from './system-layout.ts';
import { prepareToolchain, type Toolchain } from './toolchain.ts';

export type HostBaseOptions = {
  /**
   * For the sandbox's own files and job directories alone: made when absent and, as root, opened to others for reading.
   * When a directory above it is closed to the job's ids, /var/cache/autoland is used instead.
   */
  readonly workDir: string;
  /** The Node binary inside; default: the one that runs this. */
  readonly node?: string;
  /** npm's package directory; default: that of the `npm` on the PATH or beside Node. */
  readonly npm?: string;
  /** `never`: limits are held by polling, as where no control group is writable. */
  readonly cgroups?: 'detect' | 'never';
};

export type HostBase = Base & {
  readonly directory: string;
  readonly cgroups: CgroupHome | undefined;
  /** File with the system call filter. */
  readonly filter: string;
  readonly findings: readonly Finding[];
};

/** Everything of this machine that every sandbox shares, found or made once. */
export async function prepareHostBase(
  options: HostBaseOptions,
  identity: Identity | undefined,
): Promise<HostBase> {
  const filter = systemCallFilter(process.arch);
  if (filter === undefined)
    throw new AutolandError('sandbox.unavailable', filterFinding(process.arch).detail);
  const directory = await reachableDirectory(options.workDir, identity);
  const [toolchain, cgroups, skeleton, system] = await Promise.all([
    findToolchain(options, directory, identity),
    options.cgroups === 'never' ? undefined : findCgroupHome(),
    prepareSkeleton(directory, filter),
    readSystemLayout(),
  ]);
  return {
    directory,
    skeleton,
    filter: join(skeleton, FILTER_FILE),
    toolchain,
    system,
    npmSettings: await npmSettings(toolchain.npm),
    cgroups,
    findings: [limitsFinding(cgroups), toolsFinding(toolchain)],
  };
}

async function findToolchain(
  { node, npm }: HostBaseOptions,
  directory: string,
  identity: Identity | undefined,
): Promise<Toolchain> {
  const found = { node: node ?? process.execPath, npm: npm ?? (await findNpm(process.env))?.package };
  return prepareToolchain(found, directory, identity);
}

/** npm's builtin settings, where npm is mounted and where it lies below /usr: they may hold a token. */
async function npmSettings(npm: string | undefined): Promise<string[]> {
  if (npm === undefined || (await stat(join(npm, 'npmrc')).catch(() => undefined)) === undefined) return [];
  return [join('/opt/npm', 'npmrc'), ...(npm.startsWith('/usr/') ? [join(npm, 'npmrc')] : [])];
}

function limitsFinding(cgroups: CgroupHome | undefined): Finding {
  const detail =
    cgroups === undefined
      ? 'no writable control group: memory and processes of jobs are polled (they may overshoot), services are not limited'
      : `control groups version ${cgroups.version}: memory and processes are held by the kernel`;
  return { check: 'limits', ok: true, detail };
}

function toolsFinding({ node, npm }: Toolchain): Finding {
  return { check: 'tools', ok: true, detail: `node ${node}, npm ${npm ?? 'not found'}` };
}
