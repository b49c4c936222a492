import { Limiter } from '../../domain/limiter.ts';
import type { RecordedCall } from '../../domain/recorded-call.ts';
import type { EachReplay, Replay } from '../../domain/replay.ts';
import type { Replayer, ReplaySides } from '../../ports/replayer.ts';
import type { TestCommands } from '../../ports/test-runner.ts';
import type { ProjectCommands, ProjectJobs } from '../test-runner/project-commands.ts';
import { SideTrees } from '../test-runner/side-trees.ts';
import { makeAll } from './make-all.ts';
import { type EachTimes, eachTimes, makeEach } from './make-each.ts';
import { ReplayRun } from './replay-run.ts';

export type SandboxReplayerOptions = ProjectJobs & {
  /** Of calls that are made each for itself. */
  readonly times?: EachTimes;
};

type Trees = { readonly base: string; readonly head: string };

/** The recorder of the tests watches a client that only makes the calls. */
export class SandboxReplayer implements Replayer {
  readonly #limiter = new Limiter(1);
  readonly #options: SandboxReplayerOptions;
  readonly #commands: ProjectCommands;

  constructor(options: SandboxReplayerOptions) {
    this.#options = options;
    this.#commands = options.commands;
  }

  replay(
    commands: Pick<TestCommands, 'install'>,
    sides: ReplaySides,
    calls: readonly RecordedCall[],
  ): Promise<Replay> {
    return this.#withTrees<Replay>(commands, sides, (trees, run) => makeAll(trees, run, calls));
  }

  replayEach(
    commands: Pick<TestCommands, 'install'>,
    sides: ReplaySides,
    calls: readonly RecordedCall[],
  ): Promise<EachReplay> {
    const { times = eachTimes } = this.#options;
    return this.#withTrees<EachReplay>(commands, sides, (trees, run) =>
      makeEach(trees, run, { calls, times }),
    );
  }

  #withTrees<Result>(
    commands: Pick<TestCommands, 'install'>,
    sides: ReplaySides,
    act: (trees: Trees, run: ReplayRun) => Promise<Result>,
  ): Promise<Result | { kind: 'install'; side: 'base' | 'head' }> {
    return this.#limiter.run(async () => {
      const { git, workspace } = this.#options;
      const parts = { git, workspace, commands: this.#commands };
      const trees = await SideTrees.open(parts, { ...commands, build: null }, { ...sides, judgedBy: 'own' });
      try {
        for (const side of ['base', 'head'] as const)
          if ((await trees.installed(trees[side])) !== undefined) return { kind: 'install', side };
        return await act(trees, new ReplayRun(this.#commands, trees.job));
      } finally {
        await trees.remove();
      }
    });
  }
}
