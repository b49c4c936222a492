import { chmod, cp, mkdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AutolandError } from '../domain/errors.ts';
import { locate, type PlaceOptions } from './place.ts';

/** `autoland backup`: the journal by SQLite's own consistent copy, then the files that do not change under it. */
export async function backUp(
  options: PlaceOptions,
  dir: string,
  dryRun: boolean,
): Promise<{ to: string; files: readonly string[] }> {
  const place = await locate(options);
  const to = resolve(dir);
  if (await exists(to))
    throw new AutolandError('usage', `expected ${to} not to exist`, {
      mend: 'name a new directory for each backup',
    });
  const wanted = ['keys', 'log', 'flags.json', 'routes.json', 'kills', 'identity.key', 'STOP', 'releases'];
  const present = [];
  for (const name of wanted) if (await exists(join(place.state, name))) present.push(name);
  const files = ['journal.db', ...present];
  if (dryRun) return { to, files };
  await mkdir(to, { recursive: true, mode: 0o700 });
  const journal = new DatabaseSync(place.files.journal, { readOnly: true });
  try {
    journal.prepare('VACUUM INTO ?').run(join(to, 'journal.db'));
  } finally {
    journal.close();
  }
  // SQLite makes it readable by others; it is to be copied back into a directory that they can pass.
  await chmod(join(to, 'journal.db'), 0o600);
  for (const name of present)
    await cp(join(place.state, name), join(to, name), {
      recursive: true,
      preserveTimestamps: true,
      verbatimSymlinks: true,
      filter: (path) => !isScrap(path),
    });
  return { to, files };
}

/** A release half put or half removed: it may go away meanwhile. */
function isScrap(path: string): boolean {
  return /^\.(new|old)-/.test(basename(path));
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
