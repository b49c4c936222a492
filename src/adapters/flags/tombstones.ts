import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { AutolandError } from '../../domain/errors.ts';
import { isFromOutside } from '../../domain/kill.ts';
import { isErrno, privateDir, syncDir, unusable } from '../runtime/files.ts';

/*
 * A kill is a file of its own, STATE/kills/<key>, that nothing ever removes. It needs no lock and no other
 * process, and readers apply it over whatever flags.json says: no write under way can undo it.
 */

const KEY = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;

/** A flag key becomes a file name: rejects with `usage` anything that could name another file. */
export function checkedKey(key: string): string {
  if (KEY.test(key)) return key;
  throw new AutolandError(
    'usage',
    `a flag key must be 1 to 200 of A-Z a-z 0-9 . _ - and begin with a letter or digit, found ${JSON.stringify(key.slice(0, 220))}`,
  );
}

/** On disk when it returns. Throws `state.unusable` where the flag is not known to be closed. */
export function bury(killsDir: string, key: string, content: string): void {
  try {
    writeTombstone(killsDir, key, content);
  } catch (thrown) {
    throw notClosed(killsDir, key, thrown);
  }
}

function notClosed(killsDir: string, key: string, thrown: unknown): unknown {
  return unusable(
    `to close ${key} by a file in ${killsDir}; it may NOT be closed`,
    thrown,
    'close all flags by autoland stop; then make that directory one that whoever runs autoland up can write to',
  );
}

function writeTombstone(killsDir: string, key: string, content: string): void {
  privateDir(killsDir);
  // The name alone kills: a reader that sees it before its content has seen enough.
  const fd = openSync(join(killsDir, checkedKey(key)), 'a', 0o600);
  try {
    writeFileSync(fd, content);
    fsyncSync(fd);
  } catch (thrown) {
    // On a full disk the name has its place already: it must still reach the disk.
    if (!isErrno(thrown, 'ENOSPC')) throw thrown;
  } finally {
    closeSync(fd);
  }
  syncDir(killsDir);
}

/**
 * The same for a process that must tell others meanwhile: `closed` is called as soon as the name is there, which kills
 * already; on disk when it settles.
 */
export async function buryAside(
  killsDir: string,
  key: string,
  content: string,
  closed: () => void,
): Promise<void> {
  try {
    await writeAside(killsDir, key, content, closed);
  } catch (thrown) {
    throw notClosed(killsDir, key, thrown);
  }
}

async function writeAside(killsDir: string, key: string, content: string, closed: () => void): Promise<void> {
  privateDir(killsDir);
  const file = await open(join(killsDir, checkedKey(key)), 'a', 0o600);
  try {
    closed();
    await file.writeFile(content);
    await file.sync();
  } catch (thrown) {
    if (!isErrno(thrown, 'ENOSPC')) throw thrown;
  } finally {
    await file.close();
  }
  const directory = await open(killsDir, 'r');
  await directory.sync().finally(() => directory.close());
}

/** Who closed a flag, and when; RFC 3339. */
export type Tombstone = { readonly by: string; readonly at: string; readonly reason?: string };

export function tombstoneText({ by, at, reason }: Tombstone): string {
  return `${JSON.stringify({ by, at, ...(reason === undefined ? {} : { reason }) })}\n`;
}

/** The first kill: later ones found it closed. What a person made with `touch` says nothing, and kills too. */
export function readTombstone(killsDir: string, key: string): Tombstone {
  const path = join(killsDir, checkedKey(key));
  const [first] = readFileSync(path, 'utf8').split('\n');
  return tombstoneIn(first ?? '') ?? { by: 'unknown', at: statSync(path).mtime.toISOString() };
}

/** The first kill by somebody, though its own rollout may have closed it before; undefined: there is none, or none can be read. */
export function killFromOutside(killsDir: string, key: string): Tombstone | undefined {
  try {
    const [first = '', ...later] = readFileSync(join(killsDir, checkedKey(key)), 'utf8').split('\n');
    const all = [tombstoneIn(first) ?? readTombstone(killsDir, key), ...later.map(tombstoneIn)];
    return all.find((one) => one !== undefined && isFromOutside(one.by));
  } catch {
    return undefined;
  }
}

function tombstoneIn(line: string): Tombstone | undefined {
  try {
    const { by, at, reason } = JSON.parse(line);
    if (typeof by !== 'string' || typeof at !== 'string') return undefined;
    return { by, at, ...(typeof reason === 'string' ? { reason } : {}) };
  } catch {
    return undefined;
  }
}

/** By its own key, or for good by the name in the code that it decides on. */
export function isKilled(
  killed: (key: string) => boolean,
  { key, code }: { readonly key: string; readonly code?: string | undefined },
): boolean {
  return killed(key) || (code !== undefined && killed(code));
}

/** Answers whether a key is killed. Where the directory cannot be read, every key is. */
export function readKills(killsDir: string): (key: string) => boolean {
  try {
    const names = new Set(readdirSync(killsDir));
    return (key) => names.has(key);
  } catch (thrown) {
    return isErrno(thrown, 'ENOENT') ? () => false : () => true;
  }
}
