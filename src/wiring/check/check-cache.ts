import { mkdir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { EvidenceCache } from '../../adapters/evidence-cache.ts';
import type { ChangeReader } from '../../adapters/git-host/local/change-reader.ts';
import { FileProfileCache } from '../../adapters/profile-cache/file-profile-cache.ts';
import { FileTextCache } from '../../adapters/text-cache.ts';
import type { Sha } from '../../domain/change.ts';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { directory, mustHoldDirectories } from '../place/place.ts';

/** What a check may keep for the next one. */
export type CheckCache = {
  readonly evidence: EvidenceCache;
  readonly profiles: FileProfileCache;
  /** Of declarations and sources. */
  readonly readings: EvidenceCache;
  readonly installs: string;
  readonly tarballs: string;
  /** What models were asked, said and took. */
  readonly answers: FileTextCache;
  readonly exchanges: string;
  readonly spending: string;
};

/** Made where it is not there. Rejects with `usage` where others than this user could write what is believed later. */
export async function openCheckCache(named: string): Promise<string> {
  const path = directory('--cache', named);
  try {
    await mustHoldDirectories(path);
    await mkdir(path, { recursive: true, mode: 0o700 });
    const { uid, mode } = await stat(path);
    const own = process.getuid?.();
    if (uid !== own) throw new Error(`it belongs to user ${uid}, and this is user ${own}`);
    if ((mode & 0o022) !== 0) throw new Error('others may write to it');
    return await realpath(path);
  } catch (cause) {
    throw new AutolandError('usage', `expected a directory for --cache in ${path}: ${messageOf(cause)}`, {
      mend: 'name one that this user alone may write to (chmod go-w)',
      cause,
    });
  }
}

/** Rejects with `usage` where a commit could have brought what is in it. */
export async function mustBeUntracked(
  git: ChangeReader,
  cache: string,
  commits: readonly Sha[],
): Promise<void> {
  const top = await git.workTree();
  const inside = top === undefined ? '..' : relative(await realpath(top), cache);
  // A directory may be named `..cache`.
  if (inside === '..' || inside.startsWith('../') || isAbsolute(inside)) return;
  for (const commit of commits) {
    if (inside !== '' && (await git.reader.list(commit, inside)).length === 0) continue;
    throw new AutolandError(
      'usage',
      `expected a directory for --cache without files of git, found ${cache}`,
      {
        mend: 'name one outside of the repository: what a change brings must not be believed',
      },
    );
  }
}

export function checkCacheIn(cache: string): CheckCache {
  return {
    evidence: new EvidenceCache(join(cache, 'evidence')),
    profiles: new FileProfileCache(join(cache, 'profiles')),
    readings: new EvidenceCache(join(cache, 'readings')),
    installs: join(cache, 'installs'),
    tarballs: join(cache, 'tarballs'),
    answers: new FileTextCache(join(cache, 'answers'), { entries: 2_000, bytes: 256 * 1024 }),
    exchanges: join(cache, 'exchanges.ndjson'),
    spending: join(cache, 'spending'),
  };
}
