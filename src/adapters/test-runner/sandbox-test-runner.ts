import { Limiter } from '../../domain/limiter.ts';
import type { TestComparison, TestRun } from '../../domain/test-comparison.ts';
import type { Begun, Observed, TestCommands, TestRunner, TestSides } from '../../ports/test-runner.ts';
import type { EvidenceCache } from '../evidence-cache.ts';
import { mayTrace } from '../tracer/strace.ts';
import { type BaseEvidence, isSound } from './base-evidence.ts';
import type { ProjectCommands, ProjectJobs } from './project-commands.ts';
import { failureOf, runTests } from './run-tests.ts';
import { SideTrees } from './side-trees.ts';
import { startWatch, type Watch } from './watch.ts';
import { both, compareWatched } from './watched-runs.ts';

export type SandboxTestRunnerOptions = ProjectJobs & {
  /** Absent: the base's tests run for each change. */
  readonly evidence?: EvidenceCache;
};

const nothing: Observed = { packages: [], modules: [] };

/** Runs a project's tests in the sandbox, and keeps what `npm ci` installed for the next change. */
export class SandboxTestRunner implements TestRunner {
  readonly #limiter = new Limiter(1);
  readonly #options: SandboxTestRunnerOptions;
  readonly #commands: ProjectCommands;
  readonly #begun = new Map<string, Promise<SideTrees>>();

  constructor(options: SandboxTestRunnerOptions) {
    this.#options = options;
    this.#commands = options.commands;
  }

  /** One at a time: several at once would take the processors from production, and gain nothing. */
  compare(commands: TestCommands, sides: TestSides): Promise<TestComparison> {
    return this.#limiter.run(() => this.#compare(commands, sides));
  }

  begin(commands: TestCommands, sides: TestSides): Begun {
    const key = keyOf(commands, sides);
    const opening = this.#open(commands, sides);
    this.#begun.set(key, opening);
    const starting = this.#startInstalls(commands, sides, opening).catch(() => undefined);
    return {
      discard: async () => {
        await starting;
        if (this.#begun.get(key) !== opening) return;
        this.#begun.delete(key);
        await opening.then(
          (trees) => trees.remove(),
          () => undefined,
        );
      },
    };
  }

  async #startInstalls(commands: TestCommands, sides: TestSides, opening: Promise<SideTrees>): Promise<void> {
    const trees = await opening;
    const isKnown = await this.#options.evidence?.has(this.#questionOf(commands, sides));
    if (isKnown !== true) trees.begin(trees.base);
    // After the base: it is made out of that one's install.
    trees.begin(trees.head);
  }

  #open(commands: TestCommands, sides: TestSides): Promise<SideTrees> {
    const { git, workspace } = this.#options;
    return SideTrees.open({ git, workspace, commands: this.#commands }, commands, sides);
  }

  async #compare(commands: TestCommands, sides: TestSides): Promise<TestComparison> {
    const key = keyOf(commands, sides);
    const opening = this.#begun.get(key) ?? this.#open(commands, sides);
    this.#begun.delete(key);
    const trees = await opening;
    try {
      const { observe } = sides;
      return await (observe !== undefined && observe.packages.length + observe.modules.length > 0
        ? this.#watched(commands, { ...sides, observe }, trees)
        : this.#unwatched(commands, sides, trees));
    } finally {
      await trees.remove();
    }
  }

  async #unwatched(commands: TestCommands, sides: TestSides, trees: SideTrees): Promise<TestComparison> {
    const measure = async () => ({ first: await this.#all(commands, trees, trees.base) });
    const base = this.#known(this.#questionOf(commands, sides), measure);
    const [{ first }, after] = await both(base, this.#all(commands, trees, trees.head));
    const baseRerun = await this.#again(commands, trees.base, first);
    return { base: first, baseRerun, head: after, rerun: await this.#again(commands, trees.head, after) };
  }

  #watched(
    commands: TestCommands,
    sides: TestSides & { readonly observe: Observed },
    trees: SideTrees,
  ): Promise<TestComparison> {
    const runs = {
      all: (dir: string, watch: Watch) => this.#all(commands, trees, dir, watch),
      test: (dir: string, watch?: Watch) => this.#test(commands, dir, watch),
      watch: async (seed: number) => {
        const watch = await startWatch(trees.job, { ...sides.observe, seed, isTraced: true });
        // While there is an install to wait for.
        await this.#commands.handOver(watch.records);
        return watch;
      },
    };
    const question = this.#questionOf(commands, sides);
    return compareWatched(runs, trees, {
      isSettled: sides.isSettled ?? (() => false),
      known: (measure) => this.#known(question, measure),
      keep: (evidence) => this.#keep(question, evidence),
    });
  }

  #questionOf(commands: TestCommands, { base, head, judgedBy, observe = nothing }: TestSides): object {
    const { nodeVersion } = this.#options;
    const asked = { what: 'tests of the base', base, observe, commands, nodeVersion };
    // DANGER: what the head's tests say of the base is no evidence for another change.
    const testsOf = judgedBy === 'head' ? { testsOf: head } : {};
    // What was not traced is of no use beside what is.
    return { ...asked, ...testsOf, isTraced: mayTrace() };
  }

  /** What is known of the base from an earlier change, else what is measured now. */
  async #known(question: object, measure: () => Promise<BaseEvidence>): Promise<BaseEvidence> {
    const { evidence } = this.#options;
    const kept = await evidence?.get<BaseEvidence>(question);
    if (kept !== undefined) return kept;
    const measured = await measure();
    await this.#keep(question, measured);
    return measured;
  }

  async #keep(question: object, measured: BaseEvidence): Promise<void> {
    if (isSound(measured)) await this.#options.evidence?.put(question, measured);
  }

  /** A failing test may be a flake. */
  async #again(commands: TestCommands, dir: string, run: TestRun): Promise<TestRun | undefined> {
    return run.kind === 'ran' && run.code !== 0 ? this.#test(commands, dir) : undefined;
  }

  async #all(commands: TestCommands, trees: SideTrees, dir: string, watch?: Watch): Promise<TestRun> {
    const failed = await trees.ready(dir);
    if (failed !== undefined) return failureOf(failed);
    return this.#test(commands, dir, watch);
  }

  #test(commands: TestCommands, dir: string, watch?: Watch): Promise<TestRun> {
    return runTests(this.#commands, commands, dir, watch);
  }
}

function keyOf({ install }: TestCommands, { base, head, judgedBy, observe }: TestSides): string {
  return JSON.stringify([install, base, head, judgedBy, observe]);
}
