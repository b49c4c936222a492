import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TestRepository } from '../../adapters/git-host/local/test-repository.ts';
import { openRepository } from '../place/repository.ts';
import { collectGarbage } from './gc.ts';

let repository: TestRepository;
beforeEach(() => {
  repository = new TestRepository();
  const file = (path: string, content: string) => ({ path, mode: '100644', content });
  repository.seed([file('.autoland/autoland.yaml', 'version: 1\n'), file('.autoland/policy.cedar', '')]);
});
afterEach(() => repository.remove());

it("sweeps git's scratch of control planes that were killed, and no other", async () => {
  const place = { repo: repository.dir, state: join(repository.top, 'state') };
  await using opened = await openRepository(place, 'write');
  const { scratch } = opened.place.files;
  const gone = spawnSync('true').pid;
  const twoDaysAgo = new Date(Date.now() - 2 * 86_400_000);
  const names = [`autoland-git-${gone}-a`, `autoland-git-${process.pid}-b`, 'something-else'];
  for (const name of names) {
    mkdirSync(join(scratch, name), { recursive: true });
    utimesSync(join(scratch, name), twoDaysAgo, twoDaysAgo);
  }
  mkdirSync(join(scratch, `autoland-git-${gone}-young`));
  const removed = await collectGarbage(place, false);
  expect(removed.filter((path) => path.startsWith(scratch))).toEqual([join(scratch, names[0] ?? '')]);
  expect(new Set(readdirSync(scratch))).toEqual(new Set([`autoland-git-${gone}-young`, ...names.slice(1)]));
});

it('forgets what models took long ago, and no lock', async () => {
  const place = { repo: repository.dir, state: join(repository.top, 'state') };
  await using opened = await openRepository(place, 'write');
  const { spending } = opened.place.files;
  mkdirSync(spending);
  const longAgo = new Date(Date.now() - 41 * 86_400_000);
  for (const name of ['day-old.jsonl', 'change-old.jsonl', 'lock', 'day-new.jsonl']) {
    writeFileSync(join(spending, name), '');
    if (name !== 'day-new.jsonl') utimesSync(join(spending, name), longAgo, longAgo);
  }
  await collectGarbage(place, false);
  expect(readdirSync(spending).sort()).toEqual(['day-new.jsonl', 'lock']);
});
