import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { readdir, readlink, stat } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';

// Counted for each entry beside its blocks: a million empty files fill a disk's inodes.
const ENTRY_BYTES = 512;
const BATCH = 64;
// Of some thousand names, read within a millisecond or two.
const SMALL_DIRECTORY_BYTES = 64 * 1024;

export type DiskUse = {
  /** Infinity when a part cannot be measured (closed to this user, or too deep): the unknown is not within a limit. */
  readonly bytes: number;
  /** A file that has a further hard link outside of the directories; undefined: none. */
  readonly linkedOutside: string | undefined;
  /** `uid:gid` of all that was counted in a directory. */
  readonly owners: ReadonlyMap<string, ReadonlySet<string>>;
};

/** What an entry takes of the disk. */
export function bytesOf({ blocks }: Stats): number {
  return blocks * 512 + ENTRY_BYTES;
}

export type DiskUseOptions = {
  /** Nothing is counted beyond so many bytes. */
  readonly enough?: number;
  /** By path, the bytes of directories that need not be looked at. */
  readonly known?: ReadonlyMap<string, number>;
};

/** What the directories hold. Links are not followed, hard-linked files count once. */
export async function diskUse(
  directories: readonly string[],
  { enough = Number.POSITIVE_INFINITY, known = new Map() }: DiskUseOptions = {},
): Promise<DiskUse> {
  const links = new Map<string, { path: string; missing: number }>();
  const owners = new Map(directories.map((directory) => [directory, new Set<string>()]));
  const waiting: Waiting[] = [...owners].map(([path, of]) => ({ path, of }));
  let bytes = 0;
  while (waiting.length > 0 && bytes <= enough) {
    const entries = await Promise.all(waiting.splice(-BATCH).map(measure));
    // Others get their turn.
    await setImmediate();
    for (const { path, of, stats, names, failed } of entries) {
      if (failed) bytes = Number.POSITIVE_INFINITY;
      if (stats !== undefined) of.add(`${stats.uid}:${stats.gid}`);
      if (stats !== undefined && isNew(path, stats, links)) bytes += stats.blocks * 512;
      // Counted before they are looked at: looking is slow while they are still being made.
      bytes += names.length * ENTRY_BYTES;
      for (const below of names.map((name) => `${path}/${name}`)) {
        const found = known.get(below);
        if (found === undefined) waiting.push({ path: below, of });
        else bytes += found - ENTRY_BYTES;
      }
    }
  }
  const outside = [...links.values()].find(({ missing }) => missing > 0);
  return { bytes, linkedOutside: outside?.path, owners };
}

/** `of`: the owners of what is in the same directory. */
type Waiting = { readonly path: string; readonly of: Set<string> };
type Measured = Waiting & {
  readonly stats?: Stats;
  readonly names: readonly string[];
  readonly failed: boolean;
};

/** Waits for large directories alone: asking after ten thousand files through promises takes five times as long. */
async function measure(waiting: Waiting): Promise<Measured> {
  const { path } = waiting;
  try {
    const stats = lstatSync(path);
    return { ...waiting, stats, names: stats.isDirectory() ? await namesIn(path, stats) : [], failed: false };
  } catch (thrown) {
    return { ...waiting, names: [], failed: !isGone(thrown) };
  }
}

/** A job may make a directory of millions: nobody else would get a turn until such a one was read. */
function namesIn(path: string, { size }: Stats): readonly string[] | Promise<readonly string[]> {
  return size <= SMALL_DIRECTORY_BYTES ? readdirSync(path) : readdir(path);
}

function isNew(path: string, stats: Stats, links: Map<string, { path: string; missing: number }>): boolean {
  if (stats.nlink < 2 || stats.isDirectory()) return true;
  const known = links.get(keyOf(stats));
  if (known === undefined) links.set(keyOf(stats), { path, missing: stats.nlink - 1 });
  else known.missing -= 1;
  return known === undefined;
}

function keyOf({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

function isGone(thrown: unknown): boolean {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/**
 * Bytes of files on the devices that were removed while the processes still hold them open: they take room that no
 * directory shows. One that is only mapped into memory is not seen; the limit on the size of a file bounds it.
 */
export async function removedFilesUse(
  pids: readonly number[],
  devices: ReadonlySet<number>,
): Promise<number> {
  const seen = new Map<string, number>();
  for (const pid of pids) {
    for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      const link = `/proc/${pid}/fd/${fd}`;
      const target = await readlink(link).catch(() => '');
      if (!target.endsWith(' (deleted)')) continue;
      const stats = await stat(link).catch(() => undefined);
      if (stats?.isFile() && devices.has(stats.dev)) seen.set(keyOf(stats), stats.blocks * 512);
    }
  }
  return [...seen.values()].reduce((sum, bytes) => sum + bytes, 0);
}
