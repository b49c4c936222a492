import { chmod, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { Limiter } from '../../domain/limiter.ts';
import type { TestComparison, TestRun } from '../../domain/test-comparison.ts';
import type { TreeExporter } from '../../ports/git-host.ts';
import type { SandboxResult } from '../../ports/sandbox.ts';
import type { TestCommands, TestRunner, TestSides } from '../../ports/test-runner.ts';
import type { EvidenceCache } from '../evidence-cache.ts';
import { removeTree } from '../remove-tree.ts';
import { type BaseEvidence, isSound } from './base-evidence.ts';
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
import { both, compareWatched, watchBase } from './watched-runs.ts';

export type SandboxTestRunnerOptions = ProjectCommandsOptions & {
  readonly git: TreeExporter;
  /** Absent: the base's tests run for each change. */
  readonly evidence?: EvidenceCache;
};

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
      const trees = { base, head };
      return await (observe.length > 0
        ? this.#watched(commands, { ...sides, observe }, { ...trees, job })
        : this.#unwatched(commands, sides, trees));
    } finally {
      await removeTree(job);
    }
  }

  async #unwatched(commands: TestCommands, sides: TestSides, trees: Trees): Promise<TestComparison> {
    const measure = async () => ({ first: await this.#all(commands, trees.base) });
    const base = this.#known(commands, { base: sides.base, observe: [] }, measure);
    const [{ first }, after] = await both(base, this.#all(commands, trees.head));
    const baseRerun = await this.#again(commands, trees.base, first);
    return { base: first, baseRerun, head: after, rerun: await this.#again(commands, trees.head, after) };
  }

  #watched(
    commands: TestCommands,
    { base, observe }: Asked,
    { job, ...trees }: Trees & { readonly job: string },
  ): Promise<TestComparison> {
    const runs = {
      all: (dir: string, watch: Watch) => this.#all(commands, dir, watch),
      test: (dir: string, watch?: Watch) => this.#test(commands, dir, watch),
      watch: (seed: number) => startWatch(job, observe, seed),
    };
    const measure = () => watchBase(runs, trees.base);
    return compareWatched(runs, trees, () => this.#known(commands, { base, observe }, measure));
  }

  /** What is known of the base from an earlier change, else what is measured now. */
  async #known(
    commands: TestCommands,
    asked: Asked,
    measure: () => Promise<BaseEvidence>,
  ): Promise<BaseEvidence> {
    const { evidence, nodeVersion } = this.#options;
    const question = { what: 'tests of the base', ...asked, commands, nodeVersion };
    const kept = await evidence?.get<BaseEvidence>(question);
    if (kept !== undefined) return kept;
    const measured = await measure();
    if (isSound(measured)) await evidence?.put(question, measured);
    return measured;
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

type Trees = { readonly base: string; readonly head: string };
type Asked = Pick<TestSides, 'base'> & { readonly observe: readonly string[] };

function failureOf({ phase, result }: { phase: Exclude<Phase, 'test'>; result: SandboxResult }): TestRun {
  if (result.kind === 'limit') return { kind: 'limit', limit: result.limit, phase };
  return { kind: `${phase}-failed`, code: result.code, tail: tailOf(result) };
}
