import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkpointText, describeHead, openCheckpoint } from '../../audit/checkpoint.ts';
import {
  type CompactRange,
  emptyRange,
  extend,
  type Hash,
  hexOf,
  leafHash,
  rootOf,
  sameHash,
} from '../../audit/merkle.ts';
import { encodeNote, type NoteKey } from '../../audit/note.ts';
import { encodeBundle, encodeTile, type TileAddress, tilePath, tileWidth } from '../../audit/tiles.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { AuditLog, Checkpoint } from '../../ports/audit-log.ts';
import type { KeyRing } from '../../ports/key-ring.ts';
import { writeDurably } from './durable-files.ts';
import { readIfThere } from './read-tile-log.ts';
import { edgeRoot, emptyEdge, extendEdge, partialTiles, type RightEdge, readEdge } from './right-edge.ts';

type Leaf = { readonly bytes: Uint8Array; readonly hash: Hash };

/** What is published: a journal that knows its tree. */
export interface LeafSource {
  tree(): Promise<CompactRange>;
  /** Leaves `from` (inclusive) to `to` (exclusive). MUST NOT leave any out. */
  leaves(from: number, to: number): Promise<readonly Leaf[]>;
  /** MUST run `work` while no other process runs any under the same name. */
  exclusively<T>(name: string, work: () => Promise<T>): Promise<T>;
}

export type TileLogOptions = {
  readonly store: LeafSource;
  /** Signs as `recorder`. */
  readonly keyRing: KeyRing;
  /** The log's name in its checkpoints, and the name of the key. No spaces, no plus sign. */
  readonly origin: string;
  readonly directory: string;
};

type Published = { readonly size: number; readonly root: Hash; readonly note: string };

/** Entries in memory at one time: whole bundles. */
const chunk = tileWidth * 8;

/**
 * The journal as static C2SP tlog-tiles files with a signed checkpoint. Nothing here is a source of truth: deleted
 * files are written again from the journal. But what a signed checkpoint covers is never overwritten by a journal
 * that says something else: then publish rejects with `audit.broken`.
 */
export class TileLog implements AuditLog {
  readonly #options: TileLogOptions;
  #running: Promise<Checkpoint> | undefined;
  #queued: Promise<Checkpoint> | undefined;

  constructor(options: TileLogOptions) {
    this.#options = options;
  }

  publish(): Promise<Checkpoint> {
    if (this.#running === undefined) return this.#start();
    // The run under way may have read the journal before the caller's events were in it: the next one has not.
    this.#queued ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#queued = undefined;
        return this.#start();
      });
    return this.#queued;
  }

  #start(): Promise<Checkpoint> {
    const run = this.#options.store
      .exclusively('publish', () => this.#publish())
      .finally(() => {
        this.#running = undefined;
      });
    this.#running = run;
    return run;
  }

  async #publish(): Promise<Checkpoint> {
    const { store, keyRing, origin, directory } = this.#options;
    const key = { name: origin, publicKey: await keyRing.publicKey('recorder') };
    const published = await this.#published(key);
    const tree = await store.tree();
    if (published && tree.size < published.size)
      throw contradicts(describeHead(published), `${tree.size} entries`);
    const edge = await this.#edgeAt(published);
    const { edge: grown, full } = await this.#writeEntriesAndTiles(edge, tree.size);
    const head = { origin, size: tree.size, root: edgeRoot(grown) };
    if (!sameHash(head.root, rootOf(tree)))
      throw contradicts(describeHead(head), `root ${hexOf(rootOf(tree))}`);
    if (published?.size === head.size && edge.size === head.size) return toCheckpoint(published);
    const text = checkpointText(head);
    const note = encodeNote(text, key, await keyRing.sign('recorder', Buffer.from(text)));
    await writeDurably(directory, new Map([['checkpoint', note]]));
    await this.#removePartials(full);
    return toCheckpoint({ ...head, note });
  }

  async #published(key: NoteKey): Promise<Published | undefined> {
    const path = join(this.#options.directory, 'checkpoint');
    const note = (await readIfThere(path))?.toString('utf8');
    if (note === undefined) return undefined;
    const opened = openCheckpoint(note, key);
    if (opened.kind === 'ok') return { ...opened.head, note };
    throw new AutolandError('audit.broken', `expected ${opened.expected} in ${path}, found ${opened.found}`, {
      mend: 'find out who wrote it; if the key or the name of the log was changed on purpose, publish to another directory',
    });
  }

  /** The edge that the published checkpoint covers; the empty one when everything is to be written. */
  async #edgeAt(published: Published | undefined): Promise<RightEdge> {
    if (published === undefined) return emptyEdge;
    const read = await readEdge(this.#options.directory, published.size);
    if (read && sameHash(edgeRoot(read), published.root)) return read;
    // Files are missing or damaged. Before they are written again: does the journal still say what was signed?
    await this.#assertContinues(published);
    return emptyEdge;
  }

  async #assertContinues(published: Published): Promise<void> {
    let range = emptyRange;
    for (let from = 0; from < published.size; from += chunk) {
      const leaves = await this.#options.store.leaves(from, Math.min(from + chunk, published.size));
      range = extend(
        range,
        leaves.map(({ bytes }) => leafHash(bytes)),
      );
    }
    if (sameHash(rootOf(range), published.root)) return;
    throw contradicts(describeHead(published), `root ${hexOf(rootOf(range))} at that size`);
  }

  async #writeEntriesAndTiles(
    from: RightEdge,
    size: number,
  ): Promise<{ edge: RightEdge; full: readonly TileAddress[] }> {
    const { store, directory } = this.#options;
    let edge = from;
    const full: TileAddress[] = [];
    while (edge.size < size) {
      const start = edge.size - (edge.size % tileWidth);
      const end = Math.min(start + chunk, size);
      const leaves = await store.leaves(start, end);
      assertGenuine(leaves, start, edge);
      await writeDurably(directory, bundlesOf(leaves, start));
      const next = extendEdge(
        edge,
        leaves.slice(edge.size - start).map(({ hash }) => hash),
      );
      const tiles = end === size ? [...next.full, ...partialTiles(next.edge)] : next.full;
      const files = tiles.map(({ address, hashes }) => [tilePath(address), encodeTile(hashes)] as const);
      await writeDurably(directory, new Map(files));
      full.push(...next.full.map(({ address }) => address));
      edge = next.edge;
    }
    return { edge, full };
  }

  /** Only once the checkpoint that needs the full tiles is on the disk. */
  async #removePartials(full: readonly TileAddress[]): Promise<void> {
    for (const address of full) {
      const paths = [
        tilePath(address),
        ...(address.level === 0 ? [tilePath({ ...address, level: 'entries' })] : []),
      ];
      for (const path of paths)
        await rm(join(this.#options.directory, `${path}.p`), { recursive: true, force: true });
    }
  }
}

function bundlesOf(leaves: readonly Leaf[], start: number): ReadonlyMap<string, Buffer> {
  const bundles = new Map<string, Buffer>();
  for (let from = 0; from < leaves.length; from += tileWidth) {
    const some = leaves.slice(from, from + tileWidth);
    const address = { level: 'entries', index: (start + from) / tileWidth, width: some.length } as const;
    bundles.set(tilePath(address), encodeBundle(some.map(({ bytes }) => bytes)));
  }
  return bundles;
}

/** An entry whose bytes no longer give its hash was altered in the database: never publish it. */
function assertGenuine(leaves: readonly Leaf[], start: number, edge: RightEdge): void {
  for (const [at, { bytes, hash }] of leaves.entries()) {
    const published = start + at < edge.size ? edge.levels[0]?.[at] : undefined;
    const digest = leafHash(bytes);
    if (sameHash(digest, published ?? hash)) continue;
    throw contradicts(`leaf hash ${hexOf(published ?? hash)} of entry ${start + at}`, hexOf(digest));
  }
}

function toCheckpoint({ size, root, note }: Published): Checkpoint {
  return { size, root: hexOf(root), note };
}

function contradicts(expected: string, found: string): AutolandError {
  return new AutolandError(
    'audit.broken',
    `expected the journal to hold ${expected}, as recorded, found ${found}`,
    {
      mend: 'the journal was altered, cut or replaced by an older copy: keep both as they are and run `autoland audit verify`',
    },
  );
}
