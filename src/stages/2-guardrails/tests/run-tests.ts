import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChangeClass, Sha } from '../../../domain/change.ts';
import type { SandboxJob, SandboxResult } from '../../../ports/sandbox.ts';
import type { Argv, GuardrailDeps, GuardrailSettings } from '../settings.ts';
import { Installs } from './installs.ts';
import type { TestComparison, TestRun } from './outcome.ts';
import { parseSummary } from './summary.ts';
import { parseTap } from './tap.ts';
import { overlayTests } from './test-files.ts';

const inside = '/work';
const outputKiB = 8 * 1024;
const buildSeconds = 900;
const tailCharacters = 2000;

type Commands = GuardrailSettings['commands'] & { readonly test: Argv };
type Change = { readonly class: ChangeClass; readonly base: Sha; readonly tree: Sha };

/** Runs the same commands on base and head, each in a sandbox and a directory of its own; removes the directories. */
export async function runTests(
  deps: GuardrailDeps,
  settings: GuardrailSettings['commands'],
  change: Change,
): Promise<TestComparison> {
  const { test } = settings;
  if (test === null) return { configured: false };
  const commands: Commands = { ...settings, test };
  const job = await mkdtemp(join(deps.workspace, 'job-'));
  // The sandbox's own user passes through it to what is mounted, and cannot list it.
  await chmod(job, 0o711);
  try {
    const runner = new Runner(deps, commands);
    const [base, head] = [join(job, 'base'), join(job, 'head')];
    await deps.git.exportTree(change.base, base);
    await deps.git.exportTree(change.tree, head);
    // Class `other` may change tests, and a person sees it; for all others the base's tests are the judge.
    if (change.class !== 'other') await overlayTests(base, head);
    const [before, after] = await both(runner.all(base), runner.all(head));
    const again = after.kind === 'ran' && after.code !== 0 ? await runner.test(head) : undefined;
    return { configured: true, base: before, head: after, rerun: again };
  } finally {
    await rm(job, { recursive: true, force: true });
  }
}

/** Waits for both even if one rejects: the directories of a job that still runs must not be removed. */
async function both(base: Promise<TestRun>, head: Promise<TestRun>): Promise<readonly [TestRun, TestRun]> {
  await Promise.allSettled([base, head]);
  return [await base, await head];
}

class Runner {
  readonly #deps: GuardrailDeps;
  readonly #commands: Commands;
  readonly #installs: Installs;

  constructor(deps: GuardrailDeps, commands: Commands) {
    this.#deps = deps;
    this.#commands = commands;
    const install = (argv: Argv, dir: string) => this.#run(argv, dir, 'install');
    this.#installs = new Installs(join(deps.workspace, 'installs'), install, `1 ${deps.nodeVersion}`);
  }

  async all(dir: string): Promise<TestRun> {
    const { install, build } = this.#commands;
    if (install !== null) {
      const failed = await this.#install(dir, install);
      if (failed !== undefined) return failed;
    }
    if (build !== null) {
      const failed = failureOf(await this.#run(build, dir, 'build'), 'build');
      if (failed !== undefined) return failed;
    }
    return this.test(dir);
  }

  async test(dir: string): Promise<TestRun> {
    const result = await this.#run(this.#commands.test, dir, 'test');
    if (result.kind === 'limit') return { kind: 'limit', limit: result.limit, phase: 'test' };
    // The sandbox keeps the end of the output: without its beginning no count can be trusted.
    if (Buffer.byteLength(result.stdout) >= outputKiB * 1024 - 4096)
      return { kind: 'limit', limit: 'output', phase: 'test' };
    const report = parseTap(result.stdout) ?? parseSummary(`${result.stdout}\n${result.stderr}`);
    return { kind: 'ran', code: result.code, report, tail: tailOf(result), ms: result.ms };
  }

  async #install(dir: string, argv: Argv): Promise<TestRun | undefined> {
    // Only `npm ci` is known to need nothing but the manifests.
    if (argv[0] === 'npm' && argv[1] === 'ci') {
      const failed = await this.#installs.provide(dir, argv);
      return failed && failureOf(failed, 'install');
    }
    return failureOf(await this.#run(argv, dir, 'install'), 'install');
  }

  async #run(argv: Argv, dir: string, phase: 'install' | 'build' | 'test'): Promise<SandboxResult> {
    await mkdir(dir, { recursive: true });
    const job: SandboxJob = {
      argv,
      cwd: inside,
      env: environments[phase],
      mounts: [{ source: dir, target: inside, mode: 'write' }],
      network: phase === 'install' ? 'registry' : 'none',
      limits: {
        seconds: phase === 'test' ? this.#commands.testSeconds : buildSeconds,
        memoryMiB: 4096,
        processes: 512,
        diskMiB: 4096,
        outputKiB,
      },
    };
    return this.#deps.sandbox.run(job);
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

function failureOf(result: SandboxResult, phase: 'install' | 'build'): TestRun | undefined {
  if (result.kind === 'limit') return { kind: 'limit', limit: result.limit, phase };
  return result.code === 0 ? undefined : { kind: `${phase}-failed`, code: result.code, tail: tailOf(result) };
}

function tailOf(result: SandboxResult): string {
  const half = tailCharacters / 2;
  return [result.stdout.trimEnd().slice(-half), result.stderr.trimEnd().slice(-half)]
    .filter((text) => text !== '')
    .join('\n');
}
