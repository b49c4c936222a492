import { chmod, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sha } from '../../domain/change.ts';
import { Limiter } from '../../domain/limiter.ts';
import type { TestRun } from '../../domain/test-comparison.ts';
import type { TestCommands, TestMeasurer } from '../../ports/test-runner.ts';
import { removeTree } from '../remove-tree.ts';
import type { ProjectJobs } from './project-commands.ts';
import { failureOf, runTests } from './run-tests.ts';

/** One exported tree for each measurement, in which nothing of another has ever run. */
export class SandboxTestMeasurer implements TestMeasurer {
  readonly #limiter = new Limiter(1);
  readonly #jobs: ProjectJobs;

  constructor(jobs: ProjectJobs) {
    this.#jobs = jobs;
  }

  measure(commands: TestCommands, tree: Sha): Promise<TestRun> {
    return this.#limiter.run(async () => {
      const { git, workspace, commands: project } = this.#jobs;
      const job = await mkdtemp(join(workspace, 'measure-'));
      const dir = join(job, 'tree');
      try {
        // The sandbox's own user passes through it to what is mounted, and cannot list it.
        await chmod(job, 0o711);
        await git.exportTree(tree, dir);
        const failed = await project.prepare(commands, dir);
        return failed === undefined ? await runTests(project, commands, dir) : failureOf(failed);
      } finally {
        await project.release(dir);
        await removeTree(job);
      }
    });
  }
}
