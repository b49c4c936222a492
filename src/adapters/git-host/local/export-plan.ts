import { AutolandError } from '../../../domain/errors.ts';
import { assertSafePath } from './safe-path.ts';
import type { TreeEntry } from './tree-entries.ts';

export type ExportLimits = {
  readonly entries: number;
  readonly totalBytes: number;
  readonly fileBytes: number;
};
export const defaultExportLimits: ExportLimits = {
  entries: 200_000,
  totalBytes: 2 * 1024 ** 3,
  fileBytes: 100 * 1024 ** 2,
};
const maxLinkBytes = 4095;

export type ExportPlan = {
  /** Parents before children. */
  readonly directories: readonly string[];
  readonly files: readonly TreeEntry[];
  readonly links: readonly TreeEntry[];
};

/** What to write, in order; rejects with `git.unsafe-tree` before anything is. */
export function planExport(entries: readonly TreeEntry[], limits: ExportLimits): ExportPlan {
  assertWithin(entries, limits);
  const paths = new Set<string>();
  const directories = new Set<string>();
  for (const entry of entries) {
    assertSafePath(entry.path);
    if (entry.kind === 'submodule')
      throw unsafe(`${JSON.stringify(entry.path)} is a submodule, which is not supported`);
    if (paths.has(entry.path)) throw unsafe(`it has ${JSON.stringify(entry.path)} twice`);
    paths.add(entry.path);
    for (const directory of parents(entry.path)) directories.add(directory);
  }
  // A crafted tree may hold a link `a` and a directory `a`: writing a/b would follow the link.
  for (const directory of directories) {
    if (paths.has(directory)) throw unsafe(`${JSON.stringify(directory)} is a file and a directory`);
  }
  return {
    directories: [...directories].sort((a, b) => a.length - b.length),
    files: entries.filter((entry) => entry.kind !== 'symlink'),
    links: entries.filter((entry) => entry.kind === 'symlink'),
  };
}

function assertWithin(entries: readonly TreeEntry[], limits: ExportLimits): void {
  if (entries.length > limits.entries) throw unsafe(`it has ${entries.length} files, over ${limits.entries}`);
  const total = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (total > limits.totalBytes) throw unsafe(`it has ${total} bytes, over ${limits.totalBytes}`);
  for (const { path, size, kind } of entries) {
    const most = kind === 'symlink' ? maxLinkBytes : limits.fileBytes;
    if (size > most) throw unsafe(`${JSON.stringify(path)} has ${size} bytes, over ${most}`);
  }
}

function parents(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}

export function unsafe(why: string): AutolandError {
  return new AutolandError(
    'git.unsafe-tree',
    `expected a tree that can be written to a disk safely; ${why}`,
    {
      mend: 'change it in the repository',
    },
  );
}
