import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openGitReader } from '../../adapters/git-host/local/local-git-host.ts';
import { FileReleaseStore } from '../../adapters/release-store/file-release-store.ts';
import { removeTree } from '../../adapters/remove-tree.ts';
import { startTimeOf } from '../../adapters/runtime/processes/process-identity.ts';
import { exclusively } from '../../adapters/store/exclusively.ts';
import { releasesToKeep } from '../../views/retention.ts';
import { blobsOf, readRecordings } from '../models/recordings.ts';
import type { PlaceOptions } from '../place/place.ts';
import { openRepository, type Repository } from '../place/repository.ts';
import { BranchRules } from '../place/rules.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** Nothing is asked any more for a change that rested so long. */
const spendingDays = 40;
const scratchOf = /^autoland-(?:git|import)-(\d+)-/;

/** `autoland gc`: answers what was (or would be) removed. The journal and the audit log are never collected. */
export async function collectGarbage(options: PlaceOptions, dryRun: boolean): Promise<readonly string[]> {
  await using repository = await openRepository(options, 'read');
  const { place, clock } = repository;
  const { reader, close } = await openGitReader(place.repo);
  try {
    const { retention } = (await new BranchRules(reader, false).load()).config;
    const now = clock.now();
    // No job and no build of ours lasts a day: what is older was left by a process that was killed.
    const yesterday = new Date(now.getTime() - dayMs);
    const releases = await FileReleaseStore.open(place.files.releases);
    const keep = releasesToKeep(await repository.ledger(), retention, now);
    const removed = await releases.collect({ keep, before: yesterday, dryRun });
    const paths = [
      ...(await olderThan(join(place.files.work, 'jobs'), yesterday)).filter((path) => !isCache(path)),
      ...(await olderThan(join(place.files.cache, 'tarballs'), daysBefore(now, retention.days))),
      ...(await olderThan(place.files.spending, daysBefore(now, spendingDays))).filter(isSpending),
      ...(await olderThan(tmpdir(), yesterday)).filter(isAbandoned),
      ...(await olderThan(place.files.scratch, yesterday)).filter(isAbandoned),
    ];
    if (!dryRun) for (const path of paths) await removeTree(path);
    return [...removed, ...paths, ...(await strayBlobs(repository, yesterday, dryRun))];
  } finally {
    await close();
  }
}

/** What a killed process wrote before it could name it. What the journal names is never collected. */
async function strayBlobs(repository: Repository, before: Date, dryRun: boolean): Promise<readonly string[]> {
  const { place } = repository;
  if (!existsSync(place.files.blobs)) return [];
  return exclusively(place.files.recordingLock, async () => {
    const { blobs } = await readRecordings(repository);
    return blobsOf(place).collect({ isNamed: (_, commitment) => blobs.has(commitment), before, dryRun });
  });
}

function daysBefore(now: Date, days: number): Date {
  return new Date(now.getTime() - days * dayMs);
}

async function olderThan(dir: string, date: Date): Promise<readonly string[]> {
  const paths = (await readdir(dir).catch(() => [])).map((name) => join(dir, name));
  // What another process removes meanwhile is gone already.
  const aged = await Promise.all(
    paths.map(async (path) => ({ path, stats: await stat(path).catch(() => undefined) })),
  );
  return aged.flatMap(({ path, stats }) => (stats !== undefined && stats.mtime < date ? [path] : []));
}

/** Installs make room for themselves. */
function isCache(path: string): boolean {
  return path.endsWith('/installs');
}

/** Not the lock beside it. */
function isSpending(path: string): boolean {
  return path.endsWith('.jsonl');
}

/** Scratch of a process of ours that is gone. */
function isAbandoned(path: string): boolean {
  const pid = scratchOf.exec(path.slice(path.lastIndexOf('/') + 1))?.[1];
  return pid !== undefined && startTimeOf(Number(pid)) === undefined;
}
