import { accessSync, constants, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const inMemory = '/dev/shm';

/**
 * A new directory, in memory where this machine has such a place. For a journal whose processes are killed in one process of the
 * test: nothing there survives a power cut, and waiting for the disk was most of what such a test took.
 */
export function ramDirectory(prefix: string): string {
  return mkdtempSync(join(isUsable(inMemory) ? inMemory : tmpdir(), prefix));
}

function isUsable(dir: string): boolean {
  try {
    accessSync(dir, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
