import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HostSandbox } from '../../testing/host-sandbox.ts';
import { TempGit } from '../../testing/temp-git.ts';
import { projectJobs } from '../test-runner/project-commands.ts';
import { SandboxLinter } from './sandbox-linter.ts';

let git: TempGit;
let sandbox: HostSandbox;
let workspace: string;
beforeEach(() => {
  git = new TempGit();
  sandbox = new HostSandbox();
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-linter-')));
});
afterEach(() => {
  sandbox.remove();
  git.remove();
  rmSync(workspace, { recursive: true, force: true });
});

/** `tool`: what runs in the project, as a script of its own. */
async function fix(
  tool: string,
  over: { seconds?: number; commands?: readonly [string, ...string[]][] } = {},
) {
  const files = { 'a.js': 'a;\n', 'b.js': 'b;\n', 'folder/c.js': 'c;\n', 'tool.mjs': tool };
  const commit = git.commit('main', files);
  const linter = new SandboxLinter(projectJobs({ git, sandbox, workspace, nodeVersion: '24' }));
  const run = await linter.fix({
    commit,
    install: null,
    commands: over.commands ?? [['node', 'tool.mjs']],
    seconds: over.seconds ?? 60,
    paths: ['a.js', 'folder/c.js', 'gone.js'],
    maxBytes: 1_000,
  });
  return run.kind === 'ran'
    ? {
        changed: Object.fromEntries([...run.changed].map(([path, bytes]) => [path, `${bytes}`])),
        spoilt: run.spoilt,
      }
    : run;
}

const fs = "import * as fs from 'node:fs';\n";

describe('SandboxLinter', () => {
  it('answers what the tools changed of the wanted files, one after the other', async () => {
    const tool = `${fs}fs.appendFileSync('a.js', process.argv[2]); fs.writeFileSync('b.js', 'x'); fs.writeFileSync('new.js', 'x');`;
    const commands = ['1', '2'].map((word): [string, ...string[]] => ['node', 'tool.mjs', word]);
    expect(await fix(tool, { commands })).toEqual({ changed: { 'a.js': 'a;\n12' }, spoilt: [] });
    expect(readdirSync(workspace)).toEqual([]);
  });

  it('takes an end with 1 for a tool that has more to say, and nothing of one that fails', async () => {
    const tool = `${fs}fs.appendFileSync('a.js', 'x'); console.error('it broke'); process.exit(Number(process.argv[2]));`;
    const ending = (code: string) => fix(tool, { commands: [['node', 'tool.mjs', code]] });
    expect(await ending('1')).toMatchObject({ changed: { 'a.js': 'a;\nx' } });
    expect(await ending('2')).toMatchObject({ kind: 'failed', why: 'ended with 2: it broke' });
  });

  it('ends a tool that hangs, and what it has started', async () => {
    const tool = `${fs}import { spawn } from 'node:child_process';
spawn('node', ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
fs.appendFileSync('a.js', 'x'); setInterval(() => {}, 1000);`;
    expect(await fix(tool, { seconds: 1 })).toMatchObject({
      kind: 'failed',
      why: 'went over its limit of seconds',
    });
    expect(readdirSync(workspace)).toEqual([]);
  });

  it('reads nothing through links, and no more than a file may hold', async () => {
    const outside = join(workspace, 'outside');
    const tool = `${fs}fs.rmSync('a.js'); fs.symlinkSync('/etc/passwd', 'a.js');
fs.mkdirSync(${JSON.stringify(outside)}); fs.writeFileSync(${JSON.stringify(join(outside, 'c.js'))}, 'secret');
fs.rmSync('folder', { recursive: true }); fs.symlinkSync(${JSON.stringify(outside)}, 'folder');`;
    expect(await fix(tool)).toEqual({ changed: {}, spoilt: ['a.js', 'folder/c.js'] });
    expect(existsSync(outside)).toBe(true);
    expect(await fix(`${fs}fs.writeFileSync('a.js', 'x'.repeat(2000));`)).toEqual({
      changed: {},
      spoilt: ['a.js'],
    });
  });
});
