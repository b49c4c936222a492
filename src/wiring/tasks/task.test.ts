import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestRepository } from '../../adapters/git-host/local/test-repository.ts';
import { taskTypes } from '../../views/tasks.ts';
import { openRepository } from '../place/repository.ts';
import { runTask, type TaskWish } from './task.ts';

const wishOf = (brief: Pick<TaskWish, 'agent' | 'text'> & Partial<TaskWish>): TaskWish => ({
  ...{ data: null, model: null, class: null, budget: null },
  ...brief,
  ...{ actor: 'person:test', dryRun: false },
});

describe('a task', () => {
  it.each([
    ['whose agent has no name that one could have', { agent: 'Claude', text: 'x' }],
    ['whose agent is named by what a terminal obeys', { agent: 'cl\u001b[2J', text: 'x' }],
    ['that says nothing', { agent: 'claude', text: ' ' }],
    ['that a program could take for an option', { agent: 'claude', text: ' --yes' }],
    ['that names a model for a program', { agent: 'claude', text: 'x', model: 'opus' }],
  ])('is refused before anything is opened or kept: one %s', async (_what, brief) => {
    await expect(runTask({ repo: '/nowhere' }, wishOf(brief))).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/^\P{Cc}+$/u),
    });
  });
});

describe('a task for whom there is nobody', () => {
  let host: TestRepository;
  beforeEach(() => {
    host = new TestRepository();
    const config = `version: 1
models: { opus: { provider: anthropic, model: m, family: f } }
agents: { command: { claude: {} } }
`;
    const rules = { 'autoland.yaml': config, 'policy.cedar': '' };
    host.seed(
      Object.entries(rules).map(([name, content]) => ({
        ...{ path: `.autoland/${name}`, mode: '100644', content },
      })),
    );
  });
  afterEach(() => host.remove());

  it.each([
    ['an agent that the branch does not know', { agent: 'codex' }, 'usage'],
    ['an agent that the machine does not start', { agent: 'claude' }, 'config.invalid'],
    ['a model that there is not', { agent: 'model', model: 'opsu' }, 'usage'],
    ['a model that is nowhere', { agent: 'model', model: 'opus' }, 'config.invalid'],
  ])('is not begun, and nobody is told that it was given up: %s', async (_what, brief, code) => {
    const place = { repo: host.dir, state: join(host.top, 'state') };
    await expect(runTask(place, wishOf({ text: 'x', ...brief }))).rejects.toMatchObject({ code });
    await using repository = await openRepository(place, 'read');
    expect(await repository.store.read({ types: taskTypes })).toEqual([]);
  });
});
