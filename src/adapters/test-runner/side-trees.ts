import { chmod, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { TreeExporter } from '../../ports/git-host.ts';
import type { SandboxResult } from '../../ports/sandbox.ts';
import type { TestCommands, TestSides } from '../../ports/test-runner.ts';
import { removeTree } from '../remove-tree.ts';
import type { ProjectCommands } from './project-commands.ts';
import { overlayTests } from './test-files.ts';

/** Both sides of a comparison as directories of one job. */
export class SideTrees {
  readonly job: string;
  readonly base: string;
  readonly head: string;
  readonly #install: (dir: string) => Promise<SandboxResult | undefined>;
  readonly #installs = new Map<string, Promise<SandboxResult | undefined>>();

  private constructor(job: string, install: (dir: string) => Promise<SandboxResult | undefined>) {
    this.job = job;
    this.base = join(job, 'base');
    this.head = join(job, 'head');
    this.#install = install;
  }

  static async open(
    parts: { git: TreeExporter; workspace: string; commands: ProjectCommands },
    { install }: Pick<TestCommands, 'install'>,
    sides: TestSides,
  ): Promise<SideTrees> {
    const job = await mkdtemp(join(parts.workspace, 'job-'));
    const trees = new SideTrees(job, (dir) => parts.commands.install(install, dir));
    try {
      // The sandbox's own user passes through it to what is mounted, and cannot list it.
      await chmod(job, 0o711);
      await parts.git.exportTree(sides.base, trees.base);
      await parts.git.exportTree(sides.head, trees.head);
      if (sides.judgedBy === 'base') await overlayTests(trees.base, trees.head);
      return trees;
    } catch (thrown) {
      await trees.remove();
      throw thrown;
    }
  }

  /** Once for each side, whoever asks first. Answers the install that failed, or undefined. */
  installed(dir: string): Promise<SandboxResult | undefined> {
    const known = this.#installs.get(dir);
    if (known !== undefined) return known;
    const begun = this.#install(dir);
    // Who asks meets the fault; who only began must not be ended by it.
    begun.catch(() => undefined);
    this.#installs.set(dir, begun);
    return begun;
  }

  /** Waits for what was begun: nothing may write where it is removed. */
  async remove(): Promise<void> {
    await Promise.allSettled(this.#installs.values());
    await removeTree(this.job);
  }
}
