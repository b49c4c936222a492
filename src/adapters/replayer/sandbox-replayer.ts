import { Limiter } from '../../domain/limiter.ts';
import type { RecordedCall } from '../../domain/recorded-call.ts';
import type { EachReplay, Replay } from '../../domain/replay.ts';
import type { EachSides as AskedSides, Replayer, ReplaySides } from '../../ports/replayer.ts';
import type { TestCommands } from '../../ports/test-runner.ts';
import type { EvidenceCache } from '../evidence-cache.ts';
import type { ProjectCommands, ProjectJobs } from '../test-runner/project-commands.ts';
import { SideTrees } from '../test-runner/side-trees.ts';
import { makeAll } from './make-all.ts';
import { compareEach, type EachTimes, eachTimes, isWhole, type MakeCalls, makeIn } from './make-each.ts';
import { ReplayRun } from './replay-run.ts';

export type SandboxReplayerOptions = ProjectJobs & {
  /** Of calls that are made each for itself. */
  readonly times?: EachTimes;
  /** Absent: calls that are made each for itself are made with the base's packages for each change. */
  readonly evidence?: EvidenceCache;
};

type Commands = Pick<TestCommands, 'install'>;

/** The recorder of the tests watches a client that only makes the calls. */
export class SandboxReplayer implements Replayer {
  readonly #limiter = new Limiter(1);
  readonly #options: SandboxReplayerOptions;
  readonly #commands: ProjectCommands;

  constructor(options: SandboxReplayerOptions) {
    this.#options = options;
    this.#commands = options.commands;
  }

  replay(commands: Commands, sides: ReplaySides, calls: readonly RecordedCall[]): Promise<Replay> {
    return this.#withTrees<Replay>(commands, sides, async (trees, run) => {
      for (const side of ['base', 'head'] as const)
        if ((await trees.installed(trees[side])) !== undefined) return { kind: 'install', side };
      return makeAll(trees, run, calls);
    });
  }

  replayEach(commands: Commands, sides: AskedSides, calls: readonly RecordedCall[]): Promise<EachReplay> {
    const { isSettled = () => false } = sides;
    const { times = eachTimes } = this.#options;
    return this.#withTrees<EachReplay>(commands, sides, (trees, run) => {
      const make =
        (tree: string): MakeCalls =>
        async (job) =>
          (await trees.installed(tree)) === undefined ? makeIn(tree, run, job) : { kind: 'install' };
      const base = this.#kept(commands, sides, make(trees.base));
      return compareEach({ base, head: make(trees.head) }, { calls, times, isSettled });
    });
  }

  /** What is known of the base from an earlier change; of its second run, nothing: that one says what differs by the hour. */
  #kept({ install }: Commands, { base }: ReplaySides, make: MakeCalls): MakeCalls {
    const { evidence, nodeVersion } = this.#options;
    if (evidence === undefined) return make;
    return async (job) => {
      if (job.seed !== 1) return make(job);
      const question = { what: 'calls made with the base', base, install, nodeVersion, ...job };
      const known = await evidence.get<Awaited<ReturnType<MakeCalls>>>(question);
      if (known !== undefined) return known;
      const made = await make(job);
      if (made.kind === 'made' && isWhole(made)) await evidence.put(question, made);
      return made;
    };
  }

  #withTrees<Result>(
    commands: Commands,
    sides: ReplaySides,
    act: (trees: SideTrees, run: ReplayRun) => Promise<Result>,
  ): Promise<Result> {
    return this.#limiter.run(async () => {
      const { git, workspace } = this.#options;
      const parts = { git, workspace, commands: this.#commands };
      const trees = await SideTrees.open(parts, { ...commands, build: null }, { ...sides, judgedBy: 'own' });
      try {
        return await act(trees, new ReplayRun(this.#commands, trees.job));
      } finally {
        await trees.remove();
      }
    });
  }
}
