import { lstat, readlink, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** What a sandbox sees of the operating system, as bubblewrap arguments. */
export type SystemLayout = {
  /** The root: /usr and the directories that are links into it on most systems. */
  readonly root: readonly string[];
  /** Files of the host's /etc that programs need and that hold no secret. */
  readonly etc: readonly string[];
  /** Places below /usr where a machine's npm settings, and so its tokens, may be. */
  readonly masks: readonly string[];
  /** Files of /proc that show more than the sandbox's own: they must look empty. */
  readonly hidden: readonly string[];
};

const ROOT_LINKS = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];
const ETC = [
  '/etc/ld.so.cache',
  '/etc/alternatives',
  '/etc/ssl/certs',
  '/etc/ssl/openssl.cnf',
  '/etc/pki/tls/certs',
];
const ZONE = '/etc/localtime';
// What keys the user has: no namespace separates keyrings.
const HIDDEN = ['/proc/keys', '/proc/key-users'];
const MASKED = ['/usr/etc', '/usr/local/etc'];

export async function readSystemLayout(): Promise<SystemLayout> {
  const links = await Promise.all(ROOT_LINKS.map(rootEntry));
  const etc = await present(ETC);
  const masks = await present(MASKED);
  return {
    root: ['--ro-bind', '/usr', '/usr', ...links.flat()],
    etc: [...etc.flatMap((path) => ['--ro-bind', path, path]), ...(await zoneEntry())],
    hidden: await present(HIDDEN),
    masks: masks.flatMap((path) => ['--tmpfs', path, '--remount-ro', path]),
  };
}

async function rootEntry(path: string): Promise<string[]> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats === undefined) return [];
  return stats.isSymbolicLink() ? ['--symlink', await readlink(path), path] : ['--ro-bind', path, path];
}

/** As a link where it is one: the link names the zone, and without a name Node compares it with the files of all zones. */
async function zoneEntry(): Promise<string[]> {
  const target = await readlink(ZONE).catch(() => undefined);
  const isThere = target !== undefined && resolve(dirname(ZONE), target).startsWith('/usr/');
  if (isThere) return ['--symlink', target, ZONE];
  return (await present([ZONE])).flatMap((path) => ['--ro-bind', path, path]);
}

async function present(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)));
  return paths.filter((_, index) => found[index] !== undefined);
}
