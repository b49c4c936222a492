import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HostSandbox } from '../../testing/host-sandbox.ts';
import { sampleProject } from '../../testing/npm-samples.ts';
import { TempGit, type TestFiles } from '../../testing/temp-git.ts';
import { installEarly } from './early-install.ts';
import { projectJobs } from './project-commands.ts';

let git: TempGit;
let sandbox: HostSandbox;
let workspace: string;
beforeEach(() => {
  git = new TempGit();
  sandbox = new HostSandbox();
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-early-')));
});
afterEach(() => {
  sandbox.remove();
  git.remove();
  rmSync(workspace, { recursive: true, force: true });
});

const ci = ['npm', 'ci', '--ignore-scripts'] as const;
const project = {
  ...sampleProject({}, {}),
  'packages/a/package.json': '{}',
  'node_modules/b/package.json': '{}',
  'README.md': 'text',
};
const signal = new AbortController().signal;

function made(files: TestFiles) {
  const jobs = projectJobs({ git, sandbox, workspace, nodeVersion: '24' });
  return { ...jobs, commit: git.commit('main', files) };
}

describe('an install that begins before its tree is there', () => {
  it('is the one that the tree asks for later', async () => {
    const { commands, commit } = made(project);
    const early = installEarly({ git, workspace, commands }, commit, ci, signal);
    const tree = join(workspace, 'tree');
    mkdirSync(tree);
    await git.exportTree(commit, tree);
    rmSync(join(tree, 'node_modules'), { recursive: true });
    expect(await commands.install(ci, tree)).toBeUndefined();
    await early;
    expect(sandbox.jobs).toHaveLength(1);
    expect(readdirSync(workspace).sort()).toEqual(['installs', 'tree']);
  });

  it.each<[string, TestFiles, readonly [string, ...string[]] | null]>([
    ['a command that does more than install', project, ['sh', '-c', 'npm ci']],
    ['no command', project, null],
  ])('is not begun for %s', async (_what, files, argv) => {
    const { commands, commit } = made(files);
    await installEarly({ git, workspace, commands }, commit, argv, signal);
    expect([sandbox.jobs, readdirSync(workspace)]).toEqual([[], []]);
  });

  it('is not begun once there is nothing to check', async () => {
    const { commands, commit } = made(project);
    await installEarly({ git, workspace, commands }, commit, ci, AbortSignal.abort());
    expect([sandbox.jobs, readdirSync(workspace)]).toEqual([[], []]);
  });

  it('writes nothing beside its place, whatever a tree names its files', async () => {
    const { commands, commit } = made(project);
    const crafted = {
      list: async () => [{ path: '../escaped/package.json', kind: 'file' as const, size: 2 }],
      // As a reader of git answers for a path that leads out.
      readFile: async () => undefined,
    };
    await installEarly({ git: crafted, workspace, commands }, commit, ci, signal);
    expect(existsSync(join(workspace, 'escaped'))).toBe(false);
    expect([sandbox.jobs, readdirSync(workspace)]).toEqual([[], []]);
  });
});
