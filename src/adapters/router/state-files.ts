import { type FSWatcher, mkdirSync, statSync, watch } from 'node:fs';
import { basename } from 'node:path';
import { stopFileThere } from '../controls/file-controls.ts';
import { readFlagFile } from '../flags/flag-file.ts';
import { readKills } from '../flags/tombstones.ts';
import { type RoutedService, readRoutes } from '../runtime/routes-file.ts';
import type { StateLayout } from '../runtime/state-layout.ts';
import type { Facts } from './exposure.ts';

export type { RoutedService } from '../runtime/routes-file.ts';

/** Should a watch be late or lost, this finds the change. */
const POLL_MS = 100;
const REREAD_POLLS = 10;

export type StateSnapshot = {
  readonly facts: Omit<Facts, 'route'>;
  /** undefined: routes.json cannot be read. */
  readonly routes: readonly RoutedService[] | undefined;
};

/** Reads everything anew: a few small files. */
export function readState(layout: StateLayout): StateSnapshot {
  return {
    facts: {
      stopped: stopFileThere(layout.stop),
      killed: readKills(layout.kills),
      flags: orElse(() => readFlagFile(layout.flags), new Map()),
    },
    routes: orElse(() => readRoutes(layout), undefined),
  };
}

/**
 * Calls `changed` as soon as one of the files does, and once a second in any case: two changes within one
 * tick of the file system's clock look like one. Answers the function that ends it.
 */
export function watchState(layout: StateLayout, changed: () => void): () => void {
  mkdirSync(layout.kills, { recursive: true, mode: 0o700 });
  const paths = [layout.flags, layout.routes, layout.stop, layout.kills];
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
    watchQuietly(layout.root, (name) => (name === null || names.has(name)) && changed()),
    watchQuietly(layout.kills, () => changed()),
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
  return paths.map((path) => orElse(() => statOf(path), '-')).join(' ');
}

function statOf(path: string): string {
  const { ino, size, mtimeNs } = statSync(path, { bigint: true });
  return `${ino}:${size}:${mtimeNs}`;
}

function orElse<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
