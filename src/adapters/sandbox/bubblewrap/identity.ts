import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export type Identity = { readonly uid: number; readonly gid: number };

const FIRST = 61_184;
const LAST = 65_519;

/**
 * The unprivileged numeric ids that jobs get when autoland itself is root; undefined for an ordinary user,
 * whose jobs run under that user's own id. The same state directory always gives the same ids.
 */
export function jobIdentity(stateDir: string): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = pickId(stateDir, takenIds());
  return { uid: id, gid: id };
}

/** The first free id at or after the one that the seed points to, in a range that distributions leave to dynamic users. */
export function pickId(seed: string, taken: ReadonlySet<number>): number {
  const size = LAST - FIRST + 1;
  const start = createHash('sha256').update(seed).digest().readUInt32BE(0) % size;
  for (let step = 0; step < size; step += 1) {
    const id = FIRST + ((start + step) % size);
    if (!taken.has(id)) return id;
  }
  throw new Error(`no numeric id between ${FIRST} and ${LAST} is free`);
}

function takenIds(): Set<number> {
  const lines = [...readLines('/etc/passwd'), ...readLines('/etc/group')];
  return new Set(lines.map((line) => Number(line.split(':')[2])));
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}
