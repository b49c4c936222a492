import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BareRepository } from '../../../test/journeys/repository.ts';
import { FileKeyRing } from '../../adapters/keys/file-key-ring.ts';
import { TileLog } from '../../adapters/tile-log/tile-log.ts';
import { logOrigin } from '../place/origin.ts';
import { openRepository, type Repository } from '../place/repository.ts';
import { verifyRepositoryLog } from './audit.ts';
import { backUp } from './backup.ts';

let dir: string;
let place: { repo: string; state: string };
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'autoland-backup-'));
  place = { repo: join(dir, 'r.git'), state: join(dir, 'state') };
  new BareRepository(place.repo, {});
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function logOf({ place, store }: Repository, create: boolean): Promise<TileLog> {
  const keyRing = await FileKeyRing.open(place.files.keys, { create });
  return new TileLog({ store, keyRing, origin: logOrigin, directory: place.files.log });
}

/** What a control plane does all the time. */
async function keepWriting(repository: Repository, log: TileLog, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const events = Array.from({ length: 40 }, () => ({ type: 'a.look', actor: 'deployer', data: {} }));
    await repository.store.append({ events });
    await log.publish();
  }
}

it('is whole and goes on where it was, however the log grows while it is taken', async () => {
  await using repository = await openRepository(place, 'write');
  const log = await logOf(repository, true);
  const filler = { type: 'a.filler', actor: 'x', data: { text: 'y'.repeat(2000) } };
  await repository.store.append({ events: Array.from({ length: 2000 }, () => filler) });
  await log.publish();
  const ending = new AbortController();
  const writing = keepWriting(repository, log, ending.signal);
  const backups: string[] = [];
  for (let n = 0; n < 8; n += 1) backups.push((await backUp(place, join(dir, `backup-${n}`), false)).to);
  ending.abort();
  await writing;
  for (const [n, backup] of backups.entries()) {
    const restored = { repo: place.repo, state: join(dir, `restored-${n}`) };
    execFileSync('cp', ['-a', backup, restored.state]);
    expect(await verifyRepositoryLog(restored)).toMatchObject({ kind: 'ok' });
    await using again = await openRepository(restored, 'write');
    const { size } = await (await logOf(again, false)).publish();
    expect(size).toBe(await again.store.size());
    expect(await verifyRepositoryLog(restored)).toMatchObject({ kind: 'ok', size });
  }
});
