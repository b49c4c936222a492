import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AutolandError } from '../../domain/errors.ts';
import { privateDir } from './files.ts';

/*
 * SQLite's locks are the kernel's (fcntl): they end with the process that holds them, kill -9 included,
 * so there is no stale lock to be judged by age or pid.
 */

/**
 * Runs `critical` while no other process is in it. `critical` is synchronous, so that two callers
 * in one process cannot meet inside. Rejects with `state.locked` after `waitMs`.
 */
export function withFileLock<T>(path: string, critical: () => T, waitMs = 5000): T {
  const db = begin(path, 'IMMEDIATE', waitMs);
  try {
    return critical();
  } finally {
    db.close();
  }
}

/** Holds the lock until `release` or the end of this process. Rejects with `state.locked` at once. */
export function holdFileLock(path: string): { release(): void } {
  const db = begin(path, 'EXCLUSIVE', 0);
  return { release: () => db.close() };
}

function begin(path: string, mode: 'IMMEDIATE' | 'EXCLUSIVE', waitMs: number): DatabaseSync {
  privateDir(dirname(path));
  const db = new DatabaseSync(path, { timeout: waitMs });
  try {
    db.exec(`BEGIN ${mode}`);
    return db;
  } catch (cause) {
    db.close();
    throw new AutolandError('state.locked', `another process has held ${path} for ${waitMs} ms`, {
      mend: 'Look for a second process that uses this state directory.',
      cause,
    });
  }
}
