import { chmod, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { TreeExporter } from '../../ports/git-host.ts';
import type { SandboxResult } from '../../ports/sandbox.ts';
import type { TestCommands, TestSides } from '../../ports/test-runner.ts';
import { removeTree } from '../remove-tree.ts';
import type { FailedPhase, ProjectCommands } from './project-commands.ts';
import { overlayTests } from './test-files.ts';

/** Both sides of a comparison as directories of one job. */
export class SideTrees {
  readonly job: string;
  readonly base: string;
  readonly head: string;
  readonly #steps: Steps;
  readonly #kept = new Map<string, Promise<SandboxResult | undefined>>();
  readonly #installs = new Map<string, Promise<SandboxResult | undefined>>();
  readonly #builds = new Map<string, Promise<FailedPhase | undefined>>();

  private constructor(job: string, steps: Steps) {
    this.job = job;
    this.base = join(job, 'base');
    this.head = join(job, 'head');
    this.#steps = steps;
  }

  static async open(
    parts: { git: TreeExporter; workspace: string; commands: ProjectCommands },
    { install, build }: Pick<TestCommands, 'install' | 'build'>,
    sides: TestSides,
  ): Promise<SideTrees> {
    const { git, workspace, commands } = parts;
    const job = await mkdtemp(join(workspace, 'job-'));
    const [base, head] = [join(job, 'base'), join(job, 'head')];
    try {
      // The sandbox's own user passes through it to what is mounted, and cannot list it.
      await chmod(job, 0o711);
      await git.exportTree(sides.base, base);
      await git.exportTree(sides.head, head);
      if (sides.judgedBy === 'base') await overlayTests(base, head);
      if (sides.judgedBy === 'head') await overlayTests(head, base);
      for (const side of [base, head]) await commands.handOver(side);
      const { how, near } = await commands.besides(install, [base, head]);
      const nearOf = (dir: string) => (dir === head ? near : undefined);
      const keep = commands.keeper(install);
      return new SideTrees(job, {
        keep: keep && ((dir) => keep(dir, nearOf(dir))),
        install: (dir) => commands.install(install, dir, { how, near: nearOf(dir) }),
        build: (dir) => commands.build(build, dir),
        release: () => commands.release(base, head),
      });
    } catch (thrown) {
      await removeTree(job);
      throw thrown;
    }
  }

  /** Has made what `installed` will hand out; what can be kept is there for others until then. */
  begin(dir: string): void {
    const { keep } = this.#steps;
    // What was lent since is at its place no more: it would be made a second time.
    if (this.#installs.has(dir)) return;
    void (keep === undefined ? this.installed(dir) : once(this.#kept, dir, () => keep(dir)));
  }

  /** Once for each side, whoever asks first. Answers the install that failed, or undefined. */
  installed(dir: string): Promise<SandboxResult | undefined> {
    return once(
      this.#installs,
      dir,
      async () => (await this.#kept.get(dir)) ?? (await this.#steps.install(dir)),
    );
  }

  /** Installed and built, once for each side. Answers the phase that failed, or undefined. */
  ready(dir: string): Promise<FailedPhase | undefined> {
    return once(this.#builds, dir, async () => {
      const result = await this.installed(dir);
      return result === undefined ? this.#steps.build(dir) : { phase: 'install', result };
    });
  }

  /** Waits for what was begun: nothing may write where it is removed. */
  async remove(): Promise<void> {
    await Promise.allSettled([this.#kept, this.#installs, this.#builds].flatMap((all) => [...all.values()]));
    await this.#steps.release();
    await removeTree(this.job);
  }
}

type Begin = (dir: string) => Promise<SandboxResult | undefined>;

type Steps = {
  readonly release: () => Promise<void>;
  readonly keep: Begin | undefined;
  readonly install: Begin;
  readonly build: (dir: string) => Promise<FailedPhase | undefined>;
};

function once<T>(begun: Map<string, Promise<T>>, dir: string, begin: () => Promise<T>): Promise<T> {
  const known = begun.get(dir);
  if (known !== undefined) return known;
  const beginning = begin();
  // Who asks meets the fault; who only began must not be ended by it.
  beginning.catch(() => undefined);
  begun.set(dir, beginning);
  return beginning;
}
