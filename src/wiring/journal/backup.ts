import { chmod, copyFile, cp, mkdir, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ownerKeyFile } from '../../adapters/blob-store/owner-keys.ts';
import { isErrno } from '../../adapters/runtime/files.ts';
import { exclusively } from '../../adapters/store/exclusively.ts';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { locate, mustHoldDirectories, type Place, type PlaceOptions } from '../place/place.ts';
import { mustHaveJournal } from './journal-there.ts';

/**
 * `autoland backup`: the published log, then the journal by SQLite's own consistent copy, then what only ever follows
 * the journal. The order is the point: a log that is ahead of its journal looks like a truncated journal, and nothing
 * starts on it; one that is behind is published again.
 */
export async function backUp(
  options: PlaceOptions,
  dir: string,
  dryRun: boolean,
): Promise<{ to: string; files: readonly string[] }> {
  const place = await locate(options);
  await mustHaveJournal(place, options);
  const to = await newDirectory(dir);
  const wanted = [
    'keys',
    'blobs',
    'log',
    'flags.json',
    'flag-tokens.json',
    'agent-tokens.json',
    'routes.json',
    'kills',
    'identity.key',
    'STOP',
    'releases',
  ];
  const present = [];
  for (const name of wanted) if (await exists(join(place.state, name))) present.push(name);
  const files = ['journal.db', ...present];
  if (dryRun) return { to, files };
  await mkdir(to, { recursive: true, mode: 0o700 }).catch((cause) => {
    throw notThere(to, messageOf(cause));
  });
  if (present.includes('log')) await copyLog(place.files.log, join(to, 'log'));
  await copyJournal(place.files.journal, join(to, 'journal.db'));
  if (present.includes('blobs')) await copyBlobs(place, to);
  for (const name of present.filter((one) => !apart.includes(one)))
    await cp(join(place.state, name), join(to, name), {
      recursive: true,
      preserveTimestamps: true,
      verbatimSymlinks: true,
      filter: (path) => !isScrap(path) && path !== place.files.wrappingKeys,
    });
  return { to, files };
}

/** Copied in a way of their own. */
const apart = ['log', 'blobs'];

/** Keys and what they wrap at one moment: after a rotation in between, the copy of one would not open the other. */
async function copyBlobs({ files }: Place, to: string): Promise<void> {
  const blobs = (await list(files.blobs)).map((path) => relative(files.blobs, path));
  const isKey = (path: string) => basename(path) === ownerKeyFile;
  await exclusively(files.recordingLock, async () => {
    await copyIfThere(files.wrappingKeys, join(to, 'keys', basename(files.wrappingKeys)));
    for (const path of blobs.filter(isKey))
      await copyIfThere(join(files.blobs, path), join(to, 'blobs', path));
  });
  for (const path of blobs.filter((one) => !isKey(one)))
    await copyIfThere(join(files.blobs, path), join(to, 'blobs', path));
}

/** It may be erased meanwhile. */
async function copyIfThere(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  await copyFile(from, to).catch((thrown) => {
    if (!isErrno(thrown, 'ENOENT')) throw thrown;
  });
}

/** Looked at before anything is copied, and with --dry-run too. */
async function newDirectory(dir: string): Promise<string> {
  const to = resolve(dir);
  if (await exists(to))
    throw new AutolandError('usage', `expected a directory that is not there yet, found ${to}`, {
      mend: 'name a new one for each backup',
    });
  await mustHoldDirectories(to).catch((cause) => {
    throw notThere(to, messageOf(cause));
  });
  return to;
}

function notThere(to: string, why: string): AutolandError {
  return new AutolandError('usage', `expected to make the directory ${to}: ${why}`, {
    mend: 'name one below a directory that you can write to',
  });
}

/** The checkpoint first: whatever is listed after it holds all that it covers, however the log grows meanwhile. */
async function copyLog(from: string, to: string): Promise<void> {
  await mkdir(to, { mode: 0o700 });
  await copyFile(join(from, 'checkpoint'), join(to, 'checkpoint')).catch((thrown) => {
    if (!isErrno(thrown, 'ENOENT')) throw thrown;
  });
  const paths = (await list(from)).map((path) => relative(from, path));
  for (const path of paths) if (path !== 'checkpoint') await copyTile(from, to, path);
}

/** A directory of partial tiles may go away meanwhile. */
async function list(dir: string): Promise<readonly string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((thrown) => {
    if (isErrno(thrown, 'ENOENT')) return [];
    throw thrown;
  });
  const kept = entries.filter(({ name }) => !isScrap(name));
  const found = await Promise.all(
    kept.map((entry) => {
      const path = join(dir, entry.name);
      return entry.isDirectory() ? list(path) : [path];
    }),
  );
  return found.flat();
}

/** A partial tile goes away once its full one is there, which begins with it. */
async function copyTile(from: string, to: string, path: string): Promise<void> {
  await mkdir(dirname(join(to, path)), { recursive: true });
  try {
    await copyFile(join(from, path), join(to, path));
  } catch (thrown) {
    const full = dirname(path).endsWith('.p') ? dirname(path).slice(0, -'.p'.length) : undefined;
    if (full === undefined || !isErrno(thrown, 'ENOENT')) throw thrown;
    await copyFile(join(from, full), join(to, full));
  }
}

async function copyJournal(from: string, to: string): Promise<void> {
  const journal = new DatabaseSync(from, { readOnly: true });
  try {
    journal.prepare('VACUUM INTO ?').run(to);
  } finally {
    journal.close();
  }
  // SQLite makes it readable by others; it is to be copied back into a directory that they can pass.
  await chmod(to, 0o600);
}

/** A release half put or half removed, a file half written: it may go away meanwhile. */
function isScrap(path: string): boolean {
  return /^\.(new|old)-|\.tmp$/.test(basename(path));
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
