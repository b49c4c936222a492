import { lstat, realpath } from 'node:fs/promises';
import { dirname, join, normalize, resolve } from 'node:path';
import { AutolandError } from '../../../domain/errors.ts';
import type { SandboxMount } from '../../../ports/sandbox.ts';
import { diskUse } from './disk-use.ts';
import { giveTo } from './give-to.ts';
import type { Identity } from './identity.ts';
import { closedComponent, closedError } from './reachable.ts';

const RESERVED = [
  '/usr',
  '/etc',
  '/proc',
  '/dev',
  '/sys',
  '/opt',
  '/run',
  '/bin',
  '/sbin',
  '/lib',
  '/lib64',
  '/tmp',
];

/**
 * Checks the mounts and hands the writable ones to the job's ids; answers what the writable ones hold.
 * As root they belong to those ids from then on, for good: root reads them as they are, and the next job writes on.
 */
export async function prepareMounts(
  mounts: readonly SandboxMount[],
  identity: Identity | undefined,
): Promise<{ writable: readonly string[]; heldBytes: number }> {
  for (const mount of mounts) {
    assertTarget(mount.target);
    await assertSource(mount, identity);
  }
  const writable = mounts.filter(({ mode }) => mode === 'write').map(({ source }) => source);
  const known = mounts.flatMap(({ source, known: trees = [] }) =>
    trees.map(({ path, bytes }) => [join(source, path), bytes] as const),
  );
  const held = await diskUse(writable, { known: new Map(known) });
  if (held.linkedOutside !== undefined) throw linkedError(held.linkedOutside);
  for (const source of writable) {
    await assertUsable(source, identity);
    if (identity !== undefined) await giveTo(source, identity, held.owners.get(source) ?? []);
  }
  return { writable, heldBytes: Number.isFinite(held.bytes) ? held.bytes : 0 };
}

function assertTarget(target: string): void {
  const isReserved = RESERVED.some((path) => target === path || target.startsWith(`${path}/`));
  // Directories below /tmp are the job's own, and a service's sockets have their place below /run.
  const isOwn = target.startsWith('/tmp/') || /^\/run\/autoland(-|$)/.test(target);
  if (target === '/' || target !== normalize(target) || !target.startsWith('/') || (isReserved && !isOwn)) {
    throw new Error(`not a place for a mount in the sandbox: ${target}`);
  }
}

async function assertSource({ source, mode }: SandboxMount, identity: Identity | undefined): Promise<void> {
  const real = await realpath(source).catch(() => undefined);
  // An earlier job may have planted a link where a caller expects its own directory.
  if (real === undefined || real !== resolve(source)) {
    const found = real === undefined ? 'it does not exist' : `a link leads to ${real}`;
    throw new AutolandError(
      'sandbox.failed',
      `a mount's source must be a real path: ${source}, but ${found}`,
      {
        mend: 'pass the resolved path, and look for symbolic links that a job left behind',
      },
    );
  }
  const closed =
    mode === 'read'
      ? await closedComponent(real, identity)
      : await closedComponent(dirname(real), identity, 0);
  if (closed !== undefined) throw closedError(closed, source);
}

/** A job that may write to a shared file would change the other copy too: a repository, say, that was cloned with links. */
function linkedError(path: string): AutolandError {
  return new AutolandError(
    'sandbox.failed',
    `a writable mount must not share files with the host, but ${path} has a hard link outside of it`,
    { mend: 'copy the files, or clone with --no-hardlinks' },
  );
}

async function assertUsable(path: string, identity: Identity | undefined): Promise<void> {
  const stats = await lstat(path);
  if (identity !== undefined && stats.isDirectory() && (stats.mode & 0o700) !== 0o700)
    throw closedError(path, path);
}
