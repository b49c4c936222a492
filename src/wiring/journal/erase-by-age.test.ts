import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openGitReader } from '../../adapters/git-host/local/local-git-host.ts';
import { TestRepository } from '../../adapters/git-host/local/test-repository.ts';
import { FileKeyRing } from '../../adapters/keys/file-key-ring.ts';
import { openStore } from '../../adapters/store/sqlite-store.ts';
import type { BlobOwner } from '../../domain/blob.ts';
import type { NewEvent } from '../../domain/journal.ts';
import type { JsonObject } from '../../domain/json.ts';
import { sampleProposal } from '../../testing/stage-bench.ts';
import { blobsOf, examineRecordings, readRecordings } from '../models/recordings.ts';
import { openRepository, type Repository } from '../place/repository.ts';
import { BranchRules } from '../place/rules.ts';
import { eraseByAge } from './erase.ts';

const dayMs = 86_400_000;
let git: TestRepository;
let options: { repo: string; state: string };
let repository: Repository;
beforeEach(async () => {
  git = new TestRepository();
  options = { repo: git.dir, state: join(git.top, 'state') };
  repository = await openRepository(options, 'write');
  await FileKeyRing.open(repository.place.files.keys, { create: true });
});
afterEach(() => {
  repository.store.close();
  git.remove();
});

/** Entries that were written so many days ago. */
async function daysAgo(days: number, ...events: readonly NewEvent[]): Promise<void> {
  const now = () => new Date(Date.now() - days * dayMs);
  const clock = { now, monotonicMs: () => performance.now() };
  const store = await openStore({ file: repository.place.files.journal, clock, mode: 'write' });
  await store.append({ events });
  store.close();
}

async function say(owner: BlobOwner, days: number): Promise<void> {
  const content = await blobsOf(repository.place).put(owner, Buffer.from(`said ${days} days ago`));
  await daysAgo(days, { type: 'model.asked', actor: 'recorder', data: { owner, content } });
}

const proposed = (change: string, record: JsonObject = {}): NewEvent => ({
  type: 'change.proposed',
  change,
  actor: 'test',
  data: { ...sampleProposal, record },
});
const ended = (change: string): NewEvent => ({
  type: 'change.concluded',
  change,
  actor: 'test',
  data: { outcome: 'landed', code: 'landed.merged', reasons: [] },
});

async function tidy(recordings: string): Promise<number> {
  const file = (path: string, content: string) => ({ path, mode: '100644', content });
  const yaml = `version: 1\nretention: { recordings: { ${recordings} } }\n`;
  git.seed([file('.autoland/autoland.yaml', yaml), file('.autoland/policy.cedar', '')]);
  const { reader, close } = await openGitReader(git.dir);
  try {
    return await eraseByAge(repository, new BranchRules(reader, false));
  } finally {
    await close();
  }
}
const owners = () => blobsOf(repository.place).owners();

describe('what is older than recordings are kept', () => {
  it('is erased with its key, and the journal says by which age', async () => {
    await say('chg_000000000001', 40);
    await daysAgo(40, proposed('chg_000000000001'), ended('chg_000000000001'));
    await say('task_fix-1', 40);
    await say('task_fix-2', 10);
    expect(await tidy('keepDays: 30')).toBe(2);
    expect(await owners()).toEqual(['task_fix-2']);
    expect(await examineRecordings(repository)).toEqual({ kept: 1, erased: 2, troubles: [] });
    expect((await readRecordings(repository)).erasures).toMatchObject([
      { by: 'retention', reason: 'Older than 30 days (retention.recordings.keepDays).', isDone: true },
      { isDone: true },
    ]);
    expect(await tidy('keepDays: 30')).toBe(0);
  });

  it('stays where no age is set, while its change is under way, and where something younger belongs to it', async () => {
    await say('chg_000000000001', 400);
    await daysAgo(400, proposed('chg_000000000001'));
    await say('chg_000000000002', 400);
    await daysAgo(400, proposed('chg_000000000002'));
    await daysAgo(1, ended('chg_000000000002'));
    await say('task_fix-1', 400);
    await say('task_fix-1', 1);
    await say('chg_000000000003', 400);
    await say('task_fix-3', 400);
    await daysAgo(400, proposed('chg_000000000004', { task: 'fix-3' }));
    expect(await tidy('maxMiB: 64')).toBe(0);
    expect(await tidy('keepDays: 30')).toBe(0);
    expect(await owners()).toHaveLength(5);
  });

  it('is no excuse for whoever erases what is younger: that is missing', async () => {
    await say('task_fix-1', 1);
    const data = { owner: 'task_fix-1', contents: null, reason: 'old' };
    const event = { type: 'recording.erasing', actor: 'retention' };
    const claims = [
      { ...data },
      { ...data, keepDays: 30 },
      { ...data, keepDays: 0 },
      { ...data, keepDays: -1 },
    ];
    await daysAgo(0, ...claims.map((claim) => ({ ...event, data: claim })));
    await blobsOf(repository.place).erase('task_fix-1');
    expect(await examineRecordings(repository)).toMatchObject({ erased: 0, troubles: [{ kind: 'missing' }] });
  });
});
