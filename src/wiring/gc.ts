import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openGitReader } from '../adapters/git-host/local/local-git-host.ts';
import { FileReleaseStore } from '../adapters/release-store/file-release-store.ts';
import type { Ledger } from '../views/ledger.ts';
import { releasesToKeep } from '../views/retention.ts';
import type { PlaceOptions } from './place.ts';
import { openRepository } from './repository.ts';
import { BranchRules } from './rules.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** No job of ours lasts this long: what is older was left by a process that was killed. */
const abandonedMs = dayMs;

/** `autoland gc`: answers what was (or would be) removed. The journal and the audit log are never collected. */
export async function collectGarbage(options: PlaceOptions, dryRun: boolean): Promise<readonly string[]> {
  await using repository = await openRepository(options, 'read');
  const { place, clock } = repository;
  const { reader, close } = await openGitReader(place.repo);
  try {
    const { config } = await new BranchRules(reader, false).load();
    const ledger: Ledger = await repository.ledger();
    const releases = await FileReleaseStore.open(place.files.releases);
    const removed = await releases.collect(releasesToKeep(ledger, config.retention, clock.now()), dryRun);
    const work = await abandoned(place.files.work, clock.now());
    if (!dryRun) for (const path of work) await rm(path, { recursive: true, force: true });
    return [...removed, ...work];
  } finally {
    await close();
  }
}

async function abandoned(work: string, now: Date): Promise<readonly string[]> {
  const found: string[] = [];
  for (const folder of ['jobs']) {
    const dir = join(work, folder);
    for (const name of await readdir(dir).catch(() => [])) {
      if (name === 'installs') continue;
      const path = join(dir, name);
      const { mtimeMs } = await stat(path);
      if (now.getTime() - mtimeMs > abandonedMs) found.push(path);
    }
  }
  return found;
}
