import { stat, statfs } from 'node:fs/promises';
import { diskUse, removedFilesUse } from './disk-use.ts';

const LONGEST_MS = 2000;
/** Looking must not cost more than a tenth of the time. */
const PAUSES = 9;
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
  #next = 0;

  /** `held`: bytes that are there already; `more`: that may come. */
  constructor(directories: readonly string[], { held, more }: { held: number; more: number }) {
    this.#directories = directories;
    this.#allowed = held + more;
    this.#step = Math.min(64 * 1024 * 1024, more / 8);
  }

  /** Whether more than is allowed was seen; not each call looks. `pids`: the job's processes. */
  async exceeded(pids: () => Promise<readonly number[]>): Promise<boolean> {
    if (this.#directories.length === 0) return false;
    const room = await this.#measureRoom();
    const before = this.#room;
    if (before.length === 0) this.#room = room;
    const lost = room.some(({ bytes, files }, at) => {
      const was = before[at] ?? { bytes, files };
      return was.bytes - bytes >= this.#step || was.files - files >= MOST_FILES;
    });
    if (!lost && performance.now() < this.#next) return false;
    this.#room = room;
    const started = performance.now();
    const isOver = await this.look(await pids());
    const took = performance.now() - started;
    this.#next = started + took + Math.max(LONGEST_MS, PAUSES * took);
    return isOver;
  }

  async look(pids: readonly number[]): Promise<boolean> {
    if (this.#directories.length === 0) return false;
    const devices = await Promise.all(this.#directories.map(async (path) => (await stat(path)).dev));
    const allowed = this.#allowed - (await removedFilesUse(pids, new Set(devices)));
    return (await diskUse(this.#directories, allowed)).bytes > allowed;
  }

  #measureRoom(): Promise<readonly Room[]> {
    return Promise.all(
      this.#directories.map(async (path) => {
        const { bavail, bsize, ffree } = await statfs(path);
        return { bytes: bavail * bsize, files: ffree };
      }),
    );
  }
}
