import { LRUCache } from 'lru-cache';
import type { Sha } from '../../../domain/change.ts';
import { readBlob } from './blobs.ts';
import type { GitView } from './git-view.ts';
import { listTree, type TreeEntry } from './tree-entries.ts';

/** Of one memory: a tree of 20,000 files takes some 5 MB. */
const most = { entries: 100_000, entriesOfOne: 20_000, bytes: 64 * 1024 * 1024, bytesOfOne: 4 * 1024 * 1024 };

export type Reads = {
  readonly tree: (commit: Sha) => Promise<readonly TreeEntry[]>;
  readonly blob: (oid: Sha) => Promise<Buffer>;
};

/**
 * What lies under the name of a commit or a blob never changes, and a check asks for the same files dozens of times: each
 * question that is asked of this costs no process. Failures are not kept. What has to go while it is still awaited comes all
 * the same (`ignoreFetchAbort`).
 */
export class ReadMemo {
  readonly #trees: LRUCache<Sha, readonly TreeEntry[] | 'too large'>;
  readonly #blobs: LRUCache<Sha, Buffer>;

  constructor({ tree, blob }: Reads) {
    this.#trees = new LRUCache({
      ignoreFetchAbort: true,
      maxSize: most.entries,
      sizeCalculation: (entries) => Math.max(1, entries.length),
      fetchMethod: (commit) =>
        tree(commit).then((entries) => (entries.length > most.entriesOfOne ? 'too large' : entries)),
    });
    this.#blobs = new LRUCache({
      ignoreFetchAbort: true,
      maxSize: most.bytes,
      maxEntrySize: most.bytesOfOne,
      sizeCalculation: (bytes) => Math.max(1, bytes.length),
      fetchMethod: blob,
    });
  }

  static of(view: GitView): ReadMemo {
    return new ReadMemo({
      tree: (commit) => listTree(view, commit),
      blob: (oid) => readBlob(view, oid),
    });
  }

  /** undefined: it is too large to be held whole. */
  async tree(commit: Sha): Promise<readonly TreeEntry[] | undefined> {
    const entries = await this.#trees.forceFetch(commit);
    return entries === 'too large' ? undefined : entries;
  }

  blob(oid: Sha): Promise<Buffer> {
    return this.#blobs.forceFetch(oid);
  }
}
