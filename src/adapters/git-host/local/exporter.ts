import { constants } from 'node:fs';
import { mkdir, open, readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sha } from '../../../domain/change.ts';
import { AutolandError, messageOf } from '../../../domain/errors.ts';
import { linkTarget } from '../../../domain/tree-links.ts';
import type { TreeExporter } from '../../../ports/git-host.ts';
import { groupBySize, readBlobs } from './blobs.ts';
import { defaultExportLimits, type ExportLimits, planExport, unsafe } from './export-plan.ts';
import type { GitView } from './git-view.ts';
import { assertSha } from './names.ts';
import type { ReadMemo } from './read-memo.ts';
import { listTree, type TreeEntry } from './tree-entries.ts';

/**
 * Writes trees file by file. `git archive` and `git checkout` would obey attributes that the tree itself carries
 * (export-ignore, export-subst, eol, filters), so that what is tested would not be what is in the commit.
 */
export class LocalTreeExporter implements TreeExporter {
  readonly #view: GitView;
  readonly #limits: ExportLimits;
  readonly #memo: Pick<ReadMemo, 'tree'> | undefined;

  /** `memo`: of whoever reads the same commits. */
  constructor(
    view: GitView,
    limits: ExportLimits = defaultExportLimits,
    memo: Pick<ReadMemo, 'tree'> | undefined = undefined,
  ) {
    this.#view = view;
    this.#limits = limits;
    this.#memo = memo;
  }

  async exportTree(commit: Sha, dir: string): Promise<void> {
    const known = await this.#memo?.tree(assertSha(commit));
    const plan = planExport(known ?? (await listTree(this.#view, assertSha(commit))), this.#limits);
    const links = await this.#readLinks(plan.links);
    await assertEmpty(dir);
    try {
      for (const path of plan.directories) await mkdir(join(dir, path), { mode: 0o755 });
      for (const group of groupBySize(plan.files)) await this.#writeGroup(group, dir);
      // Links come last: nothing may be written through one.
      for (const [path, target] of links) await symlink(target, join(dir, path));
    } catch (thrown) {
      // Half a tree must never be taken for the tree.
      for (const name of await readdir(dir)) await rm(join(dir, name), { recursive: true, force: true });
      throw thrown;
    }
  }

  async #readLinks(entries: readonly TreeEntry[]): Promise<Map<string, string>> {
    const targets = new Map<string, string>();
    for (const group of groupBySize(entries)) {
      const blobs = await readBlobs(
        this.#view,
        group.map((entry) => entry.oid),
      );
      for (const [i, entry] of group.entries()) targets.set(entry.path, decodeTarget(entry.path, blobs[i]));
    }
    for (const [path, target] of targets) {
      const leads = linkTarget(path, targets);
      if (leads !== 'inside') {
        throw unsafe(`the symbolic link ${JSON.stringify(path)} -> ${JSON.stringify(target)} leads ${leads}`);
      }
    }
    return targets;
  }

  async #writeGroup(group: readonly TreeEntry[], dir: string): Promise<void> {
    const blobs = await readBlobs(
      this.#view,
      group.map((entry) => entry.oid),
    );
    await Promise.all(group.map((entry, i) => writeNew(join(dir, entry.path), blobs[i], entry.kind)));
  }
}

function decodeTarget(path: string, bytes: Buffer | undefined): string {
  const target = bytes?.toString() ?? '';
  if (target === '' || target.includes('\0') || !Buffer.from(target).equals(bytes ?? Buffer.alloc(0))) {
    throw unsafe(`the symbolic link ${JSON.stringify(path)} has no readable target`);
  }
  return target;
}

async function writeNew(path: string, bytes: Buffer | undefined, kind: TreeEntry['kind']): Promise<void> {
  if (bytes === undefined) throw new AutolandError('git.failed', `git gave no content for ${path}`);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const file = await open(path, flags, 0o600);
  try {
    await file.writeFile(bytes);
    await file.chmod(kind === 'executable' ? 0o755 : 0o644);
  } finally {
    await file.close();
  }
}

async function assertEmpty(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true }).catch((cause) => {
    throw new AutolandError('git.failed', `cannot make the directory ${dir}: ${messageOf(cause)}`, { cause });
  });
  const found = await readdir(dir);
  if (found.length > 0) {
    throw new AutolandError(
      'git.failed',
      `expected an empty directory at ${dir}, found ${found.length} entries in it`,
      {
        mend: 'name a new directory',
      },
    );
  }
}
