import { type FSWatcher, statSync, watch } from 'node:fs';
import { basename } from 'node:path';

/** Should a watch be late or lost, this finds the change. */
const POLL_MS = 100;
const REREAD_POLLS = 10;

export type Watched = {
  /** Holds the files; others in it are not looked at. */
  readonly root: string;
  readonly files: readonly string[];
  /** Watched for what is in them; they must be there. */
  readonly directories: readonly string[];
};

/**
 * Calls `changed` as soon as one of the files does, and once a second in any case: two changes within one
 * tick of the file system's clock look like one. Answers the function that ends it.
 */
export function watchFiles({ root, files, directories }: Watched, changed: () => void): () => void {
  const paths = [...files, ...directories];
  const names = new Set(paths.map((path) => basename(path)));
  let seen = fingerprint(paths);
  let polls = 0;
  const poll = () => {
    const now = fingerprint(paths);
    polls += 1;
    if (now === seen && polls % REREAD_POLLS !== 0) return;
    seen = now;
    changed();
  };
  const watchers = [
    watchQuietly(root, (name) => (name === null || names.has(name)) && changed()),
    ...directories.map((directory) => watchQuietly(directory, () => changed())),
  ];
  const timer = setInterval(poll, POLL_MS).unref();
  return () => {
    clearInterval(timer);
    for (const watcher of watchers) watcher?.close();
  };
}

/** undefined: the system has no watch left; the poll stays. */
function watchQuietly(path: string, look: (name: string | null) => void): FSWatcher | undefined {
  try {
    return watch(path, { persistent: false }, (_event, name) => look(name)).on('error', () => {});
  } catch {
    return undefined;
  }
}

function fingerprint(paths: readonly string[]): string {
  return paths.map(statOf).join(' ');
}

function statOf(path: string): string {
  try {
    const { ino, size, mtimeNs } = statSync(path, { bigint: true });
    return `${ino}:${size}:${mtimeNs}`;
  } catch {
    return '-';
  }
}
