import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AutolandError } from '../../domain/errors.ts';
import { privateLockFile } from '../private-file.ts';
import { privateDir, readIfThere, writeAtomic } from './files.ts';

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

/** Holds the lock until `release` or the end of this process. Rejects at once with `state.locked`, which names the holder. */
export function holdFileLock(path: string): { release(): void } {
  const note = `${path}.pid`;
  const db = begin(path, 'EXCLUSIVE', 0, () => readIfThere(note)?.trim());
  // Only the lock counts; the file is there to tell people who holds it. A full disk must not keep a service down.
  try {
    writeAtomic(note, `${process.pid}\n`);
  } catch {
    rmSync(note, { force: true });
  }
  return { release: () => db.close() };
}

function begin(
  path: string,
  mode: 'IMMEDIATE' | 'EXCLUSIVE',
  waitMs: number,
  holder: () => string | undefined = () => undefined,
): DatabaseSync {
  privateDir(dirname(path));
  privateLockFile(path);
  const db = new DatabaseSync(path, { timeout: waitMs });
  try {
    db.exec(`BEGIN ${mode}`);
    return db;
  } catch (cause) {
    db.close();
    const pid = holder();
    const who = pid === undefined ? 'another one' : `the one with pid ${pid}`;
    throw new AutolandError('state.locked', `expected no other process to hold ${path}, found ${who}`, {
      mend: 'use the one that runs, or end it first; a lock is never left behind by a dead process',
      cause,
    });
  }
}
