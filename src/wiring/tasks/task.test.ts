import { describe, expect, it } from 'vitest';
import { runTask } from './task.ts';

describe('a task', () => {
  it.each([
    ['whose agent has no name that one could have', { agent: 'Claude', text: 'x' }],
    ['whose agent is named by what a terminal obeys', { agent: 'cl\u001b[2J', text: 'x' }],
    ['that says nothing', { agent: 'claude', text: ' ' }],
    ['that a program could take for an option', { agent: 'claude', text: ' --yes' }],
    ['that names a model for a program', { agent: 'claude', text: 'x', model: 'opus' }],
  ])('is refused before anything is opened or kept: one %s', async (_what, brief) => {
    const wish = {
      data: null,
      model: null,
      class: null,
      budget: null,
      ...brief,
      actor: 'person:test',
      dryRun: false,
    };
    await expect(runTask({ repo: '/nowhere' }, wish)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/^\P{Cc}+$/u),
    });
  });
});
