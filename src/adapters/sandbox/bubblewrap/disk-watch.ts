import { statfsSync, statSync } from 'node:fs';
import { diskUse, removedFilesUse } from './disk-use.ts';

const LONGEST_MS = 2000;
/** Looking must not cost more than a twentieth of the time, unless the job fills the disk. */
const PAUSES = 19;
const MOST_FILES = 10_000;

type Room = { readonly bytes: number; readonly files: number };

/**
 * Measures what a job's directories hold. A large tree takes long to measure: so it looks when the file systems have lost room
 * since the last time, which is cheap to ask, and now and then, because others may have made room meanwhile.
 */
export class DiskWatch {
  readonly #directories: readonly string[];
  readonly #allowed: number;
  readonly #step: number;
  #room: readonly Room[] = [];
  #bytes: number;
  /** What is held was measured just now. */
  #next = performance.now() + LONGEST_MS;
  /** Before it, lost room makes nobody look. */
  #sooner = 0;

  /** `held`: bytes that are there already; `more`: that may come. */
  constructor(directories: readonly string[], { held, more }: { held: number; more: number }) {
    this.#directories = directories;
    this.#bytes = held;
    this.#allowed = held + more;
    this.#step = Math.min(64 * 1024 * 1024, more / 8);
  }

  /** Whether more than is allowed was seen; not each call looks. `pids`: the job's processes. */
  async exceeded(pids: () => Promise<readonly number[]>): Promise<boolean> {
    if (this.#directories.length === 0) return false;
    const room = this.#measureRoom();
    if (this.#room.length === 0) this.#room = room;
    const lost = room.some(({ bytes, files }, at) => {
      const was = this.#room[at] ?? { bytes, files };
      return was.bytes - bytes >= this.#step || was.files - files >= MOST_FILES;
    });
    const started = performance.now();
    if (started < (lost ? this.#sooner : this.#next)) return false;
    this.#room = room;
    const before = this.#bytes;
    const isOver = await this.look(await pids());
    const now = performance.now();
    const pause = PAUSES * (now - started);
    this.#next = now + Math.max(LONGEST_MS, pause);
    // Others write on the same disk, and may do so all the time.
    const isItself = this.#bytes - before >= this.#step / 2;
    this.#sooner = isItself ? now : now + Math.min(LONGEST_MS, pause);
    return isOver;
  }

  async look(pids: readonly number[]): Promise<boolean> {
    if (this.#directories.length === 0) return false;
    const devices = this.#directories.map((path) => statSync(path).dev);
    const removed = await removedFilesUse(pids, new Set(devices));
    this.#bytes = removed + (await diskUse(this.#directories, { enough: this.#allowed - removed })).bytes;
    return this.#bytes > this.#allowed;
  }

  /** At once: it is asked twenty times a second, and by promises each costs ten times as much. */
  #measureRoom(): readonly Room[] {
    return this.#directories.map((path) => {
      const { bavail, bsize, ffree } = statfsSync(path);
      return { bytes: bavail * bsize, files: ffree };
    });
  }
}
