import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BareRepository } from '../../../test/journeys/repository.ts';
import { issueText } from '../../domain/issue-text.ts';
import { longestIssue } from '../../views/issue-verdict.ts';
import { openRepository, type Repository } from '../place/repository.ts';
import { openWorkshop, type Workshop } from '../scan/workshop.ts';
import { recallBrief, rememberBrief } from './brief.ts';
import { firstRound } from './task.ts';
import type { TaskBrief } from './work.ts';

const dir = mkdtempSync(join(tmpdir(), 'autoland-brief-'));
let repository: Repository;
let workshop: Workshop;
beforeAll(async () => {
  const repo = new BareRepository(join(dir, 'shop.git'), {
    '.autoland/autoland.yaml': 'version: 1\nlimits: { models: { perChange: { tokens: 5000 } } }\n',
    '.autoland/policy.cedar': 'permit (principal, action, resource);\n',
  });
  repository = await openRepository({ repo: repo.dir, state: join(dir, 'state') }, 'write');
  workshop = await openWorkshop(repository, { unsignedAllowed: false });
});
afterAll(async () => {
  await workshop.close();
  await repository[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true });
});

const body = 'Say it in \u202e README.md, "please".\n'.repeat(400).slice(0, longestIssue);
const asked: TaskBrief = {
  ...{ agent: 'model', ...issueText({ id: 'acme/shop#1', title: 'Port', body }, 'nonce') },
  ...{ model: 'coder', class: 'docs', budget: { tokens: 900, dollars: null, minutes: 3 } },
};
const round = (brief: TaskBrief) =>
  firstRound({ repository, workshop }, { brief, from: 'bugs', key: 'k', cause: null });

describe('what was asked', () => {
  it('is asked again to the letter, with its budget', async () => {
    const task = await round(asked);
    await rememberBrief(task);
    expect(await recallBrief(repository, task.task)).toEqual(asked);
    const entries = JSON.stringify(await repository.store.read());
    expect(entries).not.toContain('README');
  });

  it('is limited by its budget, and by that of a change', async () => {
    const { config } = await round(asked);
    expect(config.limits.models.perChange).toEqual({ tokens: 900, dollars: null, minutes: 3 });
    const usual = await round({ ...asked, budget: null });
    expect(usual.config.limits.models.perChange).toEqual({ tokens: 5000, dollars: null, minutes: null });
  });
});
