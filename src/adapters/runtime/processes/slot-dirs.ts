import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { removeTree } from '../../remove-tree.ts';
import { diskUse, removedFilesUse } from '../../sandbox/bubblewrap/disk-use.ts';
import { descendantsOf } from '../../sandbox/bubblewrap/process-tree.ts';
import { socketPath } from '../state-layout.ts';

type Owner = { readonly uid: number; readonly gid: number } | undefined;

/** What a service may keep beside its sockets. There it writes to the host's disk, which no memory limit bounds. */
export const RUN_MIB = 16;
const MOST_BYTES = RUN_MIB * 1024 * 1024;

/** Between two looks at it, at least; a large directory takes long to look at. */
const LOOK_MS = 500;

/** The directories of one slot, at the same paths for good. */
export class SlotDirs {
  /** Writable by the service: it listens here, at http.sock. */
  readonly run: string;
  /** Holds otlp.sock. Not the service's: it could put a link in the socket's place before the supervisor touches it again. */
  readonly otlp: string;
  readonly #root: string;
  readonly #owner: Owner;
  #nextLook = 0;

  /** `owner`: the ids that the service runs under, when they are not this process's own. */
  constructor(root: string, owner: Owner) {
    this.#root = root;
    this.#owner = owner;
    this.run = join(root, 'run');
    this.otlp = join(root, 'otlp');
  }

  get socket(): string {
    return socketPath(join(this.run, 'http.sock'));
  }

  get otlpSocket(): string {
    return socketPath(join(this.otlp, 'otlp.sock'));
  }

  async make(): Promise<void> {
    // Nothing of the process before: its socket file would make the next one fail to listen.
    await this.empty();
    for (const [dir, mode] of [
      [this.#root, 0o711],
      [this.otlp, 0o755],
    ] as const) {
      mkdirSync(dir, { recursive: true });
      chmodSync(dir, mode);
    }
    mkdirSync(this.run, { mode: 0o700 });
    if (this.#owner !== undefined) chownSync(this.run, this.#owner.uid, this.#owner.gid);
  }

  /** Whether the service was seen to hold more there than `RUN_MIB`. Looks now and then only, however often it is asked. */
  async overfull(pid: number): Promise<boolean> {
    const begun = performance.now();
    if (begun < this.#nextLook) return false;
    const held = await this.#held(pid);
    this.#nextLook = performance.now() + Math.max(LOOK_MS, 2 * (performance.now() - begun));
    return held > MOST_BYTES;
  }

  /** Bytes of files, and of removed ones that it keeps open. */
  async #held(pid: number): Promise<number> {
    const { bytes } = await diskUse([this.run], { enough: MOST_BYTES });
    const device = await stat(this.run).catch(() => undefined);
    if (bytes > MOST_BYTES || device === undefined) return bytes;
    return bytes + (await removedFilesUse(await descendantsOf(pid), new Set([device.dev])));
  }

  /** Removes what the service may have written; it MUST have ended. */
  empty(): Promise<void> {
    return removeTree(this.run);
  }

  remove(): Promise<void> {
    return removeTree(this.#root);
  }
}
