import { chmod, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { Limiter } from '../../domain/limiter.ts';
import type { TestComparison, TestRun } from '../../domain/test-comparison.ts';
import type { TreeExporter } from '../../ports/git-host.ts';
import type { SandboxResult } from '../../ports/sandbox.ts';
import type { TestCommands, TestRunner, TestSides } from '../../ports/test-runner.ts';
import { removeTree } from '../remove-tree.ts';
import { parseJunit } from './junit.ts';
import {
  type Phase,
  ProjectCommands,
  type ProjectCommandsOptions,
  tailOf,
  wasCut,
} from './project-commands.ts';
import { parseSummary } from './summary.ts';
import { parseTap } from './tap.ts';
import { overlayTests } from './test-files.ts';
import { startWatch, type Watch } from './watch.ts';
import { both, compareWatched } from './watched-runs.ts';

export type SandboxTestRunnerOptions = ProjectCommandsOptions & { readonly git: TreeExporter };

/** Node >= 20 takes the reporter from here whatever command starts it; other runners do not look at it. */
const reporter = '--test-reporter=tap';

/** Runs a project's tests in the sandbox, and keeps what `npm ci` installed for the next change. */
export class SandboxTestRunner implements TestRunner {
  readonly #limiter = new Limiter(1);
  readonly #options: SandboxTestRunnerOptions;
  readonly #commands: ProjectCommands;

  constructor(options: SandboxTestRunnerOptions) {
    this.#options = options;
    this.#commands = new ProjectCommands(options);
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
    const failed = await this.#commands.prepare(commands, dir);
    if (failed !== undefined) return failureOf(failed);
    return this.#test(commands, dir, watch);
  }

  async #test({ test, testSeconds }: TestCommands, dir: string, watch?: Watch): Promise<TestRun> {
    const result = await this.#commands.run(test, dir, {
      phase: 'test',
      seconds: testSeconds,
      env: { NODE_OPTIONS: watch === undefined ? reporter : `${reporter} ${watch.option}` },
      mounts: watch?.mounts ?? [],
    });
    if (result.kind === 'limit') return { kind: 'limit', limit: result.limit, phase: 'test' };
    if (wasCut(result)) return { kind: 'limit', limit: 'output', phase: 'test' };
    const report =
      parseTap(result.stdout) ??
      parseJunit(result.stdout) ??
      parseSummary(`${result.stdout}\n${result.stderr}`);
    return { kind: 'ran', code: result.code, report, tail: tailOf(result), ms: result.ms };
  }
}

function failureOf({ phase, result }: { phase: Exclude<Phase, 'test'>; result: SandboxResult }): TestRun {
  if (result.kind === 'limit') return { kind: 'limit', limit: result.limit, phase };
  return { kind: `${phase}-failed`, code: result.code, tail: tailOf(result) };
}
