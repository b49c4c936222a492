import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SandboxAgent } from '../../../src/adapters/coding-agent/sandbox-agent.ts';
import { BubblewrapSandbox } from '../../../src/adapters/sandbox/bubblewrap/bubblewrap-sandbox.ts';
import { projectJobs } from '../../../src/adapters/test-runner/project-commands.ts';
import { covers } from '../../../src/testing/covers.ts';
import { TempGit } from '../../../src/testing/temp-git.ts';
import { AgentWorld, canary } from './agent-world.ts';

/* An agent that was told to leave links, pipes and names, so that whoever takes its work reads or writes elsewhere. */

describe('an agent that leaves more than files', () => {
  covers('ASI05', 'LLM02');
  const world = new AgentWorld();
  const git = new TempGit();
  beforeAll(() => world.open());
  afterAll(async () => {
    git.remove();
    await world.close();
  });

  const key = () => join(world.dir, 'secret', 'key');

  async function left(script: string) {
    const { work } = world.files;
    mkdirSync(work, { recursive: true, mode: 0o711 });
    const sandbox = new BubblewrapSandbox({ stateDir: world.state, workDir: work });
    const jobs = projectJobs({ git, sandbox, workspace: work, nodeVersion: process.version });
    const commit = git.commit('main', { 'a.js': 'a;\n', 'docs/a.md': '#\n', secret: { link: key() } });
    const argv = ['node', '--input-type=module', '-e', `import * as fs from 'node:fs';\n${script}`] as const;
    const door = { modelSocket: world.listeners.sockets.control, env: {} };
    const run = await new SandboxAgent(jobs, sandbox).work({
      ...{ commit, install: null, directory: undefined, env: {}, seconds: 20, argv, door },
    });
    expect(JSON.stringify(run)).not.toContain(canary.key);
    return run.kind === 'failed' ? run.why : [...run.files.keys()];
  }

  it.each([
    ['a link to a secret', () => `fs.symlinkSync('${key()}', 'a.md');`],
    ['a link in the place of a file', () => `fs.rmSync('a.js'); fs.symlinkSync('${key()}', 'a.js');`],
    [
      'a link in the place of a folder',
      () => `fs.rmSync('docs', { recursive: true }); fs.symlinkSync('${world.dir}/secret', 'docs');`,
    ],
    ['a link that leads up', () => "fs.symlinkSync('../../../secret/key', 'a.md');"],
    ['a link to what every process has', () => "fs.symlinkSync('/proc/self/environ', 'a.md');"],
    [
      'a pipe that never ends',
      () => "(await import('node:child_process')).execFileSync('mkfifo', ['a.md']);",
    ],
  ])('hands in nothing: %s', async (_what, script) => {
    expect(await left(script())).toMatch(/a symbolic link: only plain files|which is no plain file/);
  });

  it('hands in what it put in the place of a link, and never what the link led to', async () => {
    const script = "fs.rmSync('secret'); fs.writeFileSync('secret', 'mine'); fs.writeFileSync('b.js', 'b');";
    expect(await left(script)).toEqual(['b.js', 'secret']);
  });
});
