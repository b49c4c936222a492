import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { removeTree } from '../remove-tree.ts';
import { bytesOf } from '../sandbox/bubblewrap/disk-use.ts';

export type TreeMarks = {
  /** What stands at each path below a directory (`/a/b`; `` is the directory), and when each file was last touched in whatever way. */
  readonly entries: ReadonlyMap<string, string>;
  /** What all of it takes of the disk; undefined: it is not all one user's, or a file has another name. */
  readonly bytes: number | undefined;
};

// More than the tick of any kernel's clock for files.
const TICK_MS = 20;
const LONGEST_WAIT_MS = 1000;
const TURN_MS = 2;

/**
 * By the time of change, which the kernel sets at each write, new name, mode or owner, and nobody else can: to read ten thousand small
 * files again takes longer. From now on whoever touches one leaves another time. undefined: this cannot be promised here, since
 * the file system knows whole seconds only or its clock went back. Follows no link. Rejects where something is neither file,
 * directory nor link.
 */
export async function marksOf(root: string): Promise<TreeMarks | undefined> {
  const entries = new Map<string, string>();
  const { uid, gid } = lstatSync(root);
  let [newest, isFine, bytes, isPlain] = [0, false, 0, true];
  await walk(root, (path, found) => {
    entries.set(path, markOf(found));
    bytes += bytesOf(found);
    isPlain &&= found.uid === uid && found.gid === gid && (found.nlink === 1 || found.isDirectory());
    newest = Math.max(newest, found.ctimeMs);
    isFine ||= found.ctimeMs % 1000 !== 0;
    return true;
  });
  const wait = newest + TICK_MS - Date.now();
  if (!isFine || wait > LONGEST_WAIT_MS) return undefined;
  // What is written within the tick of the newest would bear its time.
  if (wait > 0) await setTimeout(wait);
  return { entries, bytes: isPlain ? bytes : undefined };
}

/** Removes what the marks do not know, and answers whether all that they know is there, untouched. Never rejects. */
export async function restore(root: string, { entries }: TreeMarks): Promise<boolean> {
  const unknown: string[] = [];
  let met = 0;
  try {
    await walk(root, (path, found) => {
      const known = entries.get(path);
      if (known === undefined) {
        unknown.push(path);
        return false;
      }
      if (known !== markOf(found)) throw new Error(`expected an untouched ${path}`);
      met += 1;
      return true;
    });
    for (const path of unknown) await removeTree(`${root}${path}`);
    return met === entries.size;
  } catch {
    return false;
  }
}

type Visit = (path: string, found: Stats) => boolean;

/**
 * Looking at ten thousand small files through promises takes five times as long. Others get their turn between two directories. Goes
 * into a directory only where `visit` says so.
 */
async function walk(root: string, visit: Visit): Promise<void> {
  const waiting: string[] = [];
  const look = (path: string) => {
    const found = lstatSync(`${root}${path}`);
    if (visit(path, found) && found.isDirectory()) waiting.push(path);
  };
  look('');
  let turn = performance.now();
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (performance.now() - turn > TURN_MS) {
      await setImmediate();
      turn = performance.now();
    }
    for (const name of readdirSync(`${root}${path}`)) look(`${path}/${name}`);
  }
}

/** A directory's time says that something was put into it, as tests do with what they keep there. */
function markOf(found: Stats): string {
  const mode = (found.mode & 0o7777).toString(8);
  if (found.isDirectory()) return `directory ${mode}`;
  if (!found.isFile() && !found.isSymbolicLink()) throw new Error('expected a file, a directory or a link');
  const { size, nlink, ino, ctimeMs } = found;
  return `${found.isFile() ? 'file' : 'link'} ${mode} ${size} ${nlink} ${ino} ${ctimeMs}`;
}
