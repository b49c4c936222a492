import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SystemClock } from '../../src/adapters/clock/system.ts';
import { ChildFixMaker } from '../../src/adapters/fix-maker/child-fix-maker.ts';
import { openGitHost } from '../../src/adapters/git-host/local/local-git-host.ts';
import { FileKeyRing } from '../../src/adapters/keys/file-key-ring.ts';
import { loadNpmSettings } from '../../src/adapters/registry/npm-settings.ts';
import { Packuments } from '../../src/adapters/registry/packuments.ts';
import { RegistryProxy } from '../../src/adapters/registry/registry-proxy.ts';
import { BubblewrapSandbox } from '../../src/adapters/sandbox/bubblewrap/bubblewrap-sandbox.ts';
import { ChildSyntaxComparer } from '../../src/adapters/syntax/child-syntax-comparer.ts';
import { projectJobs } from '../../src/adapters/test-runner/project-commands.ts';
import { SandboxTestMeasurer } from '../../src/adapters/test-runner/sandbox-test-measurer.ts';
import { runOrThrow } from '../support/run-command.ts';

export type Workshop = Awaited<ReturnType<typeof openWorkshop>>;

/** The very parts that production puts together, over a bare clone of one project. `folder` may be used again. */
export async function openWorkshop(from: string, folder: string) {
  const state = join(folder, 'state');
  const dirs = { work: join(state, 'work'), run: join(state, 'run'), cache: join(state, 'cache') };
  for (const dir of [...Object.values(dirs), join(dirs.work, 'jobs')])
    await mkdir(dir, { recursive: true, mode: 0o711 });
  const repo = join(folder, 'repo.git');
  await runOrThrow(['rm', '-rf', repo], { cwd: folder, seconds: 60 });
  await runOrThrow(['git', 'clone', '--quiet', '--bare', from, repo], { cwd: folder, seconds: 300 });
  const socket = join(dirs.run, 'r.sock');
  const sandbox = new BubblewrapSandbox({ stateDir: state, workDir: dirs.work, registrySocket: socket });
  const settings = await loadNpmSettings({ env: process.env });
  const before = () => undefined;
  const packuments = new Packuments({ settings, before });
  const owner = sandbox.owner();
  const proxy = new RegistryProxy({
    ...{ socket, settings, before, packuments, owner },
    cacheDir: join(dirs.cache, 'tarballs'),
  });
  await proxy.start();
  const keyRing = await FileKeyRing.open(join(state, 'keys'), { create: true });
  const bot = { name: 'bench', email: 'bench@localhost' };
  const git = await openGitHost({ dir: repo, keyRing, bot, scratchIn: dirs.work });
  const workspace = join(dirs.work, 'jobs');
  const installs = join(folder, 'installs');
  await mkdir(installs, { recursive: true });
  const nodeVersion = process.version;
  const jobs = projectJobs({ git, sandbox, workspace, installs, nodeVersion, lends: true, owner });
  return {
    ...{ repo, git, jobs, folder },
    tests: new SandboxTestMeasurer(jobs),
    maker: new ChildFixMaker(),
    clock: new SystemClock(),
    syntax: new ChildSyntaxComparer(),
    close: async () => {
      await git.close();
      await proxy.close();
    },
  };
}
