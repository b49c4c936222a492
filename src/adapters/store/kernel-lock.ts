import { DatabaseSync } from 'node:sqlite';
import { privateLockFile } from '../private-file.ts';
import { explainSqlite } from './sqlite-errors.ts';

/**
 * An exclusive lock on a file that the kernel frees when its holder dies, however it dies (fcntl, by way of SQLite;
 * unlike a pid file it cannot be stale).
 */
export class KernelLock {
  /** A lock that nobody refers to any more is still held: collected, it would be freed in silence. */
  static readonly #held = new Set<KernelLock>();
  readonly #db: DatabaseSync;

  private constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** undefined: somebody else holds it. Never waits. */
  static tryTake(file: string): KernelLock | undefined {
    privateLockFile(file);
    const db = new DatabaseSync(file, { timeout: 0 });
    try {
      db.exec('BEGIN EXCLUSIVE');
      const lock = new KernelLock(db);
      KernelLock.#held.add(lock);
      return lock;
    } catch (error) {
      db.close();
      if (isBusy(error)) return undefined;
      throw explainSqlite(error, file);
    }
  }

  free(): void {
    KernelLock.#held.delete(this);
    if (this.#db.isOpen) this.#db.close();
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5;
}
