import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Argv } from '../../ports/test-runner.ts';
import { HostSandbox } from '../../testing/host-sandbox.ts';
import { TempGit } from '../../testing/temp-git.ts';
import { projectJobs } from '../test-runner/project-commands.ts';
import { SandboxAgent } from './sandbox-agent.ts';

let git: TempGit;
let sandbox: HostSandbox;
let workspace: string;
beforeEach(() => {
  git = new TempGit();
  sandbox = new HostSandbox();
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-agent-')));
});
afterEach(() => {
  sandbox.remove();
  git.remove();
  rmSync(workspace, { recursive: true, force: true });
});

/** `agent`: what it does in the project, as a script of its own. */
async function work(agent: string, install: Argv | null = null) {
  const files = {
    'a.js': 'a;\n',
    'folder/b.js': 'b;\n',
    'gone.js': 'x\n',
    link: { link: 'a.js' },
    script: { script: 'x\n' },
  };
  const commit = git.commit('main', files);
  const coding = new SandboxAgent(projectJobs({ git, sandbox, workspace, nodeVersion: '24' }), sandbox);
  const run = await coding.work({
    commit,
    install,
    argv: ['node', '--input-type=module', '-e', `import * as fs from 'node:fs';\n${agent}`],
    directory: undefined,
    door: { modelSocket: '/nonexistent', env: { OPENAI_API_KEY: 'token' } },
    env: { OPENAI_API_KEY: 'its own', MODE: 'quiet' },
    seconds: 60,
  });
  expect(readdirSync(workspace).filter((name) => name.startsWith('agent-'))).toEqual([]);
  if (run.kind === 'failed') return run.why;
  return Object.fromEntries(
    [...run.files].map(([path, file]) => [path, file && `${file.isExecutable ? '+' : ''}${file.bytes}`]),
  );
}

describe('a coding agent', () => {
  it('hands over what it changed, made and removed, and nothing of git or installs', async () => {
    const agent = `
fs.appendFileSync('a.js', process.env.MODE + process.env.OPENAI_API_KEY);
fs.mkdirSync('new/deep', { recursive: true });
fs.writeFileSync('new/deep/c.js', 'c;');
fs.rmSync('gone.js');
for (const own of ['.git', 'node_modules', 'folder/node_modules']) {
  fs.mkdirSync(own);
  fs.writeFileSync(own + '/x', 'x');
}`;
    expect(await work(agent)).toEqual({ 'a.js': 'a;\nquiettoken', 'new/deep/c.js': 'c;', 'gone.js': null });
  });

  it('hands over what it made executable, what it made none any more, and what took the place of a link', async () => {
    const agent = `
fs.chmodSync('a.js', 0o755);
fs.writeFileSync('run', '#!/bin/sh', { mode: 0o755 });
fs.rmSync('link');
fs.writeFileSync('link', 'plain');
fs.chmodSync('script', 0o644);`;
    const found = await work(agent);
    expect(found).toEqual({ 'a.js': '+a;\n', run: '+#!/bin/sh', link: 'plain', script: 'x\n' });
  });

  it('may change nothing', async () => {
    expect(await work('')).toEqual({});
  });

  it('is not told to have changed what the install made, changed or removed', async () => {
    const setUp = `for (const path of ['made.txt', 'a.js']) fs.writeFileSync(path, 'by the install'); fs.rmSync('gone.js');`;
    const install = ['node', '-e', setUp] as const;
    expect(await work('', install)).toEqual({});
    expect(await work(`fs.appendFileSync('folder/b.js', 'c;');`, install)).toEqual({
      'folder/b.js': 'b;\nc;',
    });
  });

  it.each([
    ['leaves a link', "fs.symlinkSync('/etc/passwd', 'a.txt');", /a symbolic link/],
    [
      'turns a link elsewhere',
      "fs.rmSync('link'); fs.symlinkSync('folder/b.js', 'link');",
      /a symbolic link/,
    ],
    [
      'puts a link in the place of a file',
      "fs.rmSync('a.js'); fs.symlinkSync('/etc/passwd', 'a.js');",
      /a symbolic link/,
    ],
    [
      'puts a link in the place of a folder',
      "fs.renameSync('folder', 'f2'); fs.symlinkSync('/etc', 'folder');",
      /a symbolic link/,
    ],
    ['leaves a large file', "fs.writeFileSync('a.js', Buffer.alloc(5e6));", /over/],
    [
      'leaves too much',
      "for (let n = 0; n < 9; n++) fs.writeFileSync('x' + n, Buffer.alloc(6e5));",
      /more than/,
    ],
    ['leaves too many', "for (let n = 0; n < 1001; n++) fs.writeFileSync('x' + n, 'x');", /more than/],
    [
      'leaves a crowded folder',
      "fs.mkdirSync('d'); for (let n = 0; n < 5001; n++) fs.writeFileSync('d/' + n, '');",
      /names/,
    ],
    [
      'says that it failed, and ends well',
      `console.log('{"type":"result","subtype":"success","is_error":true,"result":"no credit"}');`,
      /^says that it failed$/,
    ],
    [
      'begins to say what it does, and never that it is done',
      `console.log('{"type":"thread.started","thread_id":"t"}');`,
      /without saying that it was done/,
    ],
    ['fails', "fs.writeFileSync('a.js', 'x'); console.error('no idea'); process.exit(3);", /^ended with 3$/],
  ])('hands over nothing where it %s', async (_what, agent, why) => {
    expect(await work(agent)).toMatch(why);
  });
});
