import { chmod, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { Limiter } from '../../domain/limiter.ts';
import type { MutantState, MutationRun } from '../../domain/mutation.ts';
import type { BoundaryMutator, BoundaryTrial } from '../../ports/boundary-mutator.ts';
import type { SandboxResult } from '../../ports/sandbox.ts';
import type { TestCommands } from '../../ports/test-runner.ts';
import { removeTree } from '../remove-tree.ts';
import { isGreen, tailOf } from '../test-runner/job-result.ts';
import type { ProjectCommands, ProjectJobs } from '../test-runner/project-commands.ts';
import { type Armed, type Disturbance, type Fault, makeDisturbance, nobody } from './disturbance.ts';
import { patience, stateOf } from './trial.ts';

/** One tree, one run of the tests for each mutant; see SandboxMutator for why runs share it. */
export class SandboxBoundaryMutator implements BoundaryMutator {
  readonly #limiter = new Limiter(1);
  readonly #jobs: ProjectJobs;
  readonly #commands: ProjectCommands;

  constructor(jobs: ProjectJobs) {
    this.#jobs = jobs;
    this.#commands = jobs.commands;
  }

  /** One at a time: several at once would take the processors from production. */
  run(commands: TestCommands, commit: string, trial: BoundaryTrial): Promise<MutationRun> {
    return this.#limiter.run(async () => {
      const job = await mkdtemp(join(this.#jobs.workspace, 'boundary-'));
      try {
        // The sandbox's own user passes through it to what is mounted, and cannot list it.
        await chmod(job, 0o711);
        const tree = join(job, 'tree');
        await this.#jobs.git.exportTree(commit, tree);
        const failed = await this.#commands.prepare(commands, tree);
        if (failed !== undefined) return { kind: 'red', phase: failed.phase, tail: tailOf(failed.result) };
        const disturbance = await makeDisturbance(job, trial.packages);
        return await this.#try({ commands, trial, tree, disturbance });
      } finally {
        await this.#commands.release(join(job, 'tree'));
        await removeTree(job);
      }
    });
  }

  async #try({ commands, trial, tree, disturbance }: Trying): Promise<MutationRun> {
    const test = (seconds: number, { option, mounts }: Armed) =>
      this.#commands.run(commands.test, tree, {
        phase: 'test',
        seconds,
        env: { NODE_OPTIONS: option },
        mounts,
      });
    const withFault = async (seconds: number, fault: Fault): Promise<[SandboxResult, boolean]> => {
      const armed = await disturbance.arm(fault);
      return [await test(seconds, armed), await armed.isDisturbed()];
    };
    const started = performance.now();
    const [sound] = await withFault(commands.testSeconds, nobody());
    if (!isGreen(sound)) return { kind: 'red', phase: 'test', tail: tailOf(sound) };
    const seconds = patience(sound.ms);
    const states = new Map<string, MutantState>();
    for (const mutant of trial.chosen) {
      if (performance.now() - started >= trial.seconds * 1000) break;
      const [result, isDisturbed] = await withFault(seconds, mutant);
      states.set(mutant.id, isDisturbed ? stateOf(result) : 'unreached');
    }
    const steady = states.size === 0 || isGreen((await withFault(seconds, nobody()))[0]);
    return { kind: 'ran', states, steady, testMs: sound.ms };
  }
}

type Trying = {
  readonly commands: TestCommands;
  readonly trial: BoundaryTrial;
  readonly tree: string;
  readonly disturbance: Disturbance;
};
