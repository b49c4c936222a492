import { chmod, mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { Limiter } from '../../domain/limiter.ts';
import type { TestComparison, TestRun } from '../../domain/test-comparison.ts';
import type { TreeExporter } from '../../ports/git-host.ts';
import type { Sandbox, SandboxJob, SandboxResult } from '../../ports/sandbox.ts';
import type { Argv, TestCommands, TestRunner, TestSides } from '../../ports/test-runner.ts';
import { removeTree } from '../remove-tree.ts';
import { Installs } from './installs.ts';
import { parseJunit } from './junit.ts';
import { parseSummary } from './summary.ts';
import { parseTap } from './tap.ts';
import { overlayTests } from './test-files.ts';
import { startWatch, type Watch } from './watch.ts';
import { both, compareWatched } from './watched-runs.ts';

export type SandboxTestRunnerOptions = {
  readonly git: TreeExporter;
  readonly sandbox: Pick<Sandbox, 'run'>;
  /** An existing directory of the runner alone, on a path without links that the sandbox can mount from. */
  readonly workspace: string;
  /** Of the Node in the sandbox: installs are kept apart by it. */
  readonly nodeVersion: string;
};

const inside = '/work';
const outputKiB = 8 * 1024;
const buildSeconds = 900;
const tailCharacters = 2000;

/** Runs a project's tests in the sandbox, and keeps what `npm ci` installed for the next change. */
export class SandboxTestRunner implements TestRunner {
  readonly #limiter = new Limiter(1);
  readonly #options: SandboxTestRunnerOptions;
  readonly #installs: Installs;

  constructor(options: SandboxTestRunnerOptions) {
    this.#options = options;
    const dir = join(options.workspace, 'installs');
    this.#installs = new Installs(
      dir,
      (argv, draft) => this.#install(argv, draft),
      `1 ${options.nodeVersion}`,
    );
  }

  /** One at a time: several at once would take the processors from production, and gain nothing. */
  compare(commands: TestCommands, sides: TestSides): Promise<TestComparison> {
    return this.#limiter.run(() => this.#compare(commands, sides));
  }

  async #compare(commands: TestCommands, sides: TestSides): Promise<TestComparison> {
    const { git, workspace } = this.#options;
    const job = await mkdtemp(join(workspace, 'job-'));
    try {
      // The sandbox's own user passes through it to what is mounted, and cannot list it.
      await chmod(job, 0o711);
      const [base, head] = [join(job, 'base'), join(job, 'head')];
      await git.exportTree(sides.base, base);
      await git.exportTree(sides.head, head);
      if (sides.judgedBy === 'base') await overlayTests(base, head);
      const { observe = [] } = sides;
      if (observe.length > 0) {
        const runs = {
          all: (dir: string, watch: Watch) => this.#all(commands, dir, watch),
          test: (dir: string, watch?: Watch) => this.#test(commands, dir, watch),
          watch: (seed: number) => startWatch(job, observe, seed),
        };
        return await compareWatched(runs, { base, head });
      }
      const [before, after] = await both(this.#all(commands, base), this.#all(commands, head));
      const baseRerun = await this.#again(commands, base, before);
      return { base: before, baseRerun, head: after, rerun: await this.#again(commands, head, after) };
    } finally {
      await removeTree(job);
    }
  }

  /** A failing test may be a flake. */
  async #again(commands: TestCommands, dir: string, run: TestRun): Promise<TestRun | undefined> {
    return run.kind === 'ran' && run.code !== 0 ? this.#test(commands, dir) : undefined;
  }

  async #all(commands: TestCommands, dir: string, watch?: Watch): Promise<TestRun> {
    const { install, build } = commands;
    if (install !== null) {
      const failed = failureOf(await this.#provide(install, dir), 'install');
      if (failed !== undefined) return failed;
    }
    if (build !== null) {
      const built = await this.#run(build, dir, { phase: 'build', seconds: buildSeconds });
      const failed = failureOf(built, 'build');
      if (failed !== undefined) return failed;
    }
    return this.#test(commands, dir, watch);
  }

  async #test({ test, testSeconds }: TestCommands, dir: string, watch?: Watch): Promise<TestRun> {
    const result = await this.#run(test, dir, { phase: 'test', seconds: testSeconds, watch });
    if (result.kind === 'limit') return { kind: 'limit', limit: result.limit, phase: 'test' };
    // The sandbox keeps the end of the output: without its beginning no count can be trusted.
    if (Buffer.byteLength(result.stdout) >= outputKiB * 1024 - 4096)
      return { kind: 'limit', limit: 'output', phase: 'test' };
    const report =
      parseTap(result.stdout) ??
      parseJunit(result.stdout) ??
      parseSummary(`${result.stdout}\n${result.stderr}`);
    return { kind: 'ran', code: result.code, report, tail: tailOf(result), ms: result.ms };
  }

  /** Only `npm ci` is known to need nothing but the manifests. undefined: it was kept from an earlier change. */
  #provide(argv: Argv, dir: string): Promise<SandboxResult | undefined> {
    const keeps = argv[0] === 'npm' && argv[1] === 'ci';
    return keeps ? this.#installs.provide(dir, argv) : this.#install(argv, dir);
  }

  #install(argv: Argv, dir: string): Promise<SandboxResult> {
    return this.#run(argv, dir, { phase: 'install', seconds: buildSeconds });
  }

  async #run(
    argv: Argv,
    dir: string,
    {
      phase,
      seconds,
      watch,
    }: { phase: 'install' | 'build' | 'test'; seconds: number; watch?: Watch | undefined },
  ): Promise<SandboxResult> {
    await mkdir(dir, { recursive: true });
    const env = environments[phase];
    const job: SandboxJob = {
      argv,
      cwd: inside,
      env:
        watch === undefined
          ? env
          : { ...env, NODE_OPTIONS: `${environments.test.NODE_OPTIONS} ${watch.option}` },
      mounts: [{ source: dir, target: inside, mode: 'write' }, ...(watch?.mounts ?? [])],
      network: phase === 'install' ? 'registry' : 'none',
      limits: { seconds, memoryMiB: 4096, processes: 512, diskMiB: 4096, outputKiB },
    };
    return this.#options.sandbox.run(job);
  }
}

const plain = { CI: '1', NO_COLOR: '1', FORCE_COLOR: '0', npm_config_update_notifier: 'false' };
const environments = {
  install: {
    ...plain,
    npm_config_ignore_scripts: 'true',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
  },
  build: plain,
  // Node >= 20 takes the reporter from here whatever command starts it; other runners do not look at it.
  test: { ...plain, NODE_OPTIONS: '--test-reporter=tap' },
} as const;

function failureOf(result: SandboxResult | undefined, phase: 'install' | 'build'): TestRun | undefined {
  if (result === undefined) return undefined;
  if (result.kind === 'limit') return { kind: 'limit', limit: result.limit, phase };
  return result.code === 0 ? undefined : { kind: `${phase}-failed`, code: result.code, tail: tailOf(result) };
}

function tailOf(result: SandboxResult): string {
  const half = tailCharacters / 2;
  return [result.stdout.trimEnd().slice(-half), result.stderr.trimEnd().slice(-half)]
    .filter((text) => text !== '')
    .join('\n');
}
