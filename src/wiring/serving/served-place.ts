import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { readOwner } from '../place/owner.ts';
import {
  directory,
  hasJournal,
  locate,
  type Place,
  type PlaceOptions,
  placeOf,
  stateNamed,
} from '../place/place.ts';

/**
 * What `locate` finds, for who takes something from users: where a control plane has worked on this very directory, it is
 * the bare repository, and asking git would take as long as all the rest.
 */
export async function locateToClose(options: PlaceOptions): Promise<Place> {
  return (await servedPlace(options)) ?? locate(options);
}

/** undefined: git must say. */
async function servedPlace(options: PlaceOptions): Promise<Place | undefined> {
  const named = stateNamed(options);
  const repo = realOf(directory('--repo', options.repo));
  if (repo === undefined || !isServed(repo)) return undefined;
  const place = await placeOf(repo, named);
  return hasJournal(place) ? place : undefined;
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** DANGER: a tree that people push may hold a file of any name. For git a `.git` comes before all else, and so it does here. */
function isServed(repo: string): boolean {
  const isBare =
    !existsSync(join(repo, '.git')) &&
    ['HEAD', 'objects', 'refs'].every((name) => existsSync(join(repo, name)));
  return isBare && readOwner(repo) !== undefined;
}
