import { chmod, lstat, mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AutolandError } from '../../../domain/errors.ts';
import type { Identity } from './identity.ts';

const SEARCH = 1;

type Bits = { readonly uid: number; readonly gid: number; readonly mode: number };

/** Whether the file's own permission bits give `wanted` (4 read, 2 write, 1 search) to the ids; no groups, no capabilities. */
export function allows(file: Bits, identity: Identity, wanted: number): boolean {
  const shift = file.uid === identity.uid ? 6 : file.gid === identity.gid ? 3 : 0;
  return ((file.mode >> shift) & wanted) === wanted;
}

/** From the root down to the path itself. */
export function componentsOf(path: string): string[] {
  const absolute = resolve(path);
  return absolute === '/' ? ['/'] : [...componentsOf(dirname(absolute)), absolute];
}

/**
 * The first component that the ids cannot pass or, for the last, cannot use as `wanted` says (4 read, 0 only pass);
 * undefined: all open. Throws when the path is absent.
 */
export async function closedComponent(
  path: string,
  identity: Identity | undefined,
  wanted: 0 | 4 = 4,
): Promise<string | undefined> {
  if (identity === undefined) return undefined;
  for (const component of componentsOf(path)) {
    const stats = await lstat(component);
    const isLast = component === resolve(path);
    const bits = (isLast ? wanted : 0) | (stats.isDirectory() ? SEARCH : 0);
    if (!stats.isSymbolicLink() && !allows(stats, identity, bits)) return component;
  }
  return undefined;
}

/**
 * A directory for the sandbox's own files that the ids can reach: the wanted one (made when absent, opened for
 * passing when it is closed itself) or, when a parent is closed, one under /var/cache. That one is refused when it
 * belongs to another or others may write to it.
 */
export async function reachableDirectory(wanted: string, identity: Identity | undefined): Promise<string> {
  await mkdir(wanted, { recursive: true, mode: identity === undefined ? 0o700 : 0o755 });
  if ((await closedComponent(wanted, identity)) === resolve(wanted)) await chmod(wanted, 0o755);
  if ((await closedComponent(wanted, identity)) === undefined) return wanted;
  const shared = join('/var/cache/autoland', String(identity?.uid));
  await mkdir(shared, { recursive: true, mode: 0o755 });
  const closed = await closedComponent(shared, identity);
  if (closed !== undefined) throw closedError(closed, wanted);
  await assertOwn(shared);
  return shared;
}

async function assertOwn(path: string): Promise<void> {
  const stats = await lstat(path);
  if (stats.isDirectory() && stats.uid === process.getuid?.() && (stats.mode & 0o022) === 0) return;
  throw new AutolandError(
    'sandbox.unavailable',
    `${path} must be a directory that only this user can write to`,
    {
      mend: `remove ${path}, or chown it to this user and chmod go-w`,
    },
  );
}

export function closedError(component: string, path: string): AutolandError {
  return new AutolandError(
    'sandbox.unavailable',
    `the sandbox runs unprivileged and must be able to read ${path}, but ${component} is closed to it`,
    {
      mend: `chmod o+rx ${component}, or keep the directory elsewhere (the sandbox's jobDirectory() gives one)`,
    },
  );
}
