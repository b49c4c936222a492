import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SandboxAgent } from '../../src/adapters/coding-agent/sandbox-agent.ts';
import { BubblewrapSandbox } from '../../src/adapters/sandbox/bubblewrap/bubblewrap-sandbox.ts';
import { projectJobs } from '../../src/adapters/test-runner/project-commands.ts';
import type { ModelBudget } from '../../src/domain/model-budget.ts';
import { covers } from '../../src/testing/covers.ts';
import { saying } from '../../src/testing/model-bench.ts';
import type { ScriptInput } from '../../src/testing/model-server/script.ts';
import { ProxyBench } from '../../src/testing/proxy-bench.ts';
import { sampleProposal } from '../../src/testing/stage-bench.ts';
import { TempGit } from '../../src/testing/temp-git.ts';
import { openRepository } from '../../src/wiring/place/repository.ts';
import { runTask } from '../../src/wiring/tasks/task.ts';
import { AgentWorld } from './injection/agent-world.ts';

/* An agent that goes on and on. What ends it, and what it and the operator are told. */

describe('an agent that asks its model in a loop', () => {
  covers('LLM10', 'ASI08');
  let bench: ProxyBench;
  beforeEach(() => {
    bench = new ProxyBench();
  });
  afterEach(() => bench.close());

  type Loop = { readonly budget?: ModelBudget; readonly script?: ScriptInput['steps'] };

  /** Each answer takes 120 tokens, and 600 millionths of a dollar. */
  async function loop(times: number, { budget = {}, script = [{ answer: saying() }] }: Loop) {
    await bench.open({ script, budget });
    const answers = [];
    for (let at = 0; at < times; at += 1) answers.push(await bench.chat({ stream: false }));
    return { statuses: answers.map(({ status }) => status), last: answers.at(-1) };
  }

  it.each([
    ['tokens', { tokens: 350 }, 3, /360 tokens of 350 tokens are spent/],
    ['money', { microdollars: 1_000 }, 2, /of .* are spent/],
    ['time', { ms: 0.001 }, 1, /of .* are spent/],
  ])('is ended by its budget of %s, and told which; the operator too', async (_what, budget, asked, told) => {
    const { statuses, last } = await loop(asked + 2, { budget });
    expect(statuses).toEqual([...Array.from({ length: asked }, () => 200), 402, 402]);
    expect(bench.asked()).toBe(asked);
    expect(last?.body).toMatch(told);
    expect(bench.refused.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(told),
      expect.stringMatching(told),
    ]);
  });

  it('is kept from a server that fails again and again, and told when to come again', async () => {
    const script = [{ answer: { kind: 'status', status: 500, message: 'disk of db-7 is full' } as const }];
    const { statuses, last } = await loop(8, { script });
    expect(bench.asked()).toBe(5);
    expect(statuses.slice(5)).toEqual([529, 529, 529]);
    expect(Number(last?.headers['retry-after'])).toBeGreaterThan(0);
    expect(last?.body).toContain('fails again and again');
    expect(last?.body).not.toContain('db-7');
    expect(bench.refused.at(-1)?.reason).toContain('after 5 faults in a row');
  });
});

describe('an agent that never ends', () => {
  covers('LLM10');
  const world = new AgentWorld();
  const git = new TempGit();
  beforeEach(() => world.open());
  afterEach(async () => {
    git.remove();
    await world.close();
  });

  it('is ended at its time, and hands in nothing; nor does one of whose changes too many are under way', async () => {
    const sandbox = new BubblewrapSandbox({ stateDir: world.state, workDir: world.files.work });
    const jobs = projectJobs({ git, sandbox, workspace: world.files.work, nodeVersion: process.version });
    const commit = git.commit('main', { 'a.js': 'a;\n' });
    const ran = await new SandboxAgent(jobs, sandbox).work({
      ...{ commit, install: null, directory: undefined, env: {}, seconds: 1 },
      argv: ['node', '-e', "require('fs').writeFileSync('b.js', 'b'); for (;;);"],
      door: { modelSocket: world.listeners.sockets.control, env: {} },
    });
    expect(ran).toMatchObject({ kind: 'failed', why: 'went over its limit of seconds' });

    const options = { repo: world.repo.dir, state: world.state };
    await using repository = await openRepository(options, 'write');
    for (let at = 0; at < 10; at += 1) {
      const data = { ...sampleProposal, source: 'agent:writer', ref: `refs/heads/autoland/task/${at}` };
      const event = { type: 'change.proposed', change: `chg_${at}`, actor: 'person:alice', data };
      await repository.store.append({ events: [event] });
    }
    const brief = { agent: 'writer', text: 'Go on', data: null, model: null, class: null, budget: null };
    const wish = { ...brief, actor: 'person:alice', dryRun: false };
    await expect(runTask(options, wish)).rejects.toMatchObject({
      code: 'agent.too-many-open',
      message: 'expected at most 10 changes of agent:writer under way, found 10 changes',
      mend: 'wait until one has ended; the oldest is chg_0',
    });
    // Before anything was paid for.
    expect(JSON.parse(world.asked())).toEqual([]);
  });
});
