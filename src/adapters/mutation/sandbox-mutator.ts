import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Limiter } from '../../domain/limiter.ts';
import type { Instrumentation, MutantState, MutationRun, MutationTarget } from '../../domain/mutation.ts';
import type { MutationTrial, Mutator } from '../../ports/mutator.ts';
import type { TestCommands, TestSides } from '../../ports/test-runner.ts';
import { removeTree } from '../remove-tree.ts';
import { isGreen, tailOf } from '../test-runner/job-result.ts';
import type { ProjectCommands, ProjectJobs } from '../test-runner/project-commands.ts';
import { overlayTests } from '../test-runner/test-files.ts';
import { instrumentInChild } from './child-instrumenter.ts';
import { nobodyIn, reachedNotes, readReached, writeInstrumented } from './instrumented.ts';
import { patience, stateOf } from './trial.ts';

/**
 * One instrumented tree, one run of the tests for each mutant. Runs share the tree, as the runs of a developer do: the run
 * at the end shows whether what they left behind, or knowing that a fault is awake, is what makes the tests fail.
 */
export class SandboxMutator implements Mutator {
  readonly #limiter = new Limiter(1);
  readonly #jobs: ProjectJobs;
  readonly #commands: ProjectCommands;

  constructor(jobs: ProjectJobs) {
    this.#jobs = jobs;
    this.#commands = jobs.commands;
  }

  instrument(targets: readonly MutationTarget[]): Promise<Instrumentation> {
    return instrumentInChild(targets);
  }

  /** One at a time: several at once would take the processors from production. */
  run(commands: TestCommands, sides: TestSides, trial: MutationTrial): Promise<MutationRun> {
    return this.#limiter.run(async () => {
      const job = await mkdtemp(join(this.#jobs.workspace, 'mutation-'));
      try {
        // The sandbox's own user passes through it to what is mounted, and cannot list it.
        await chmod(job, 0o711);
        const tree = await this.#export(job, sides);
        await writeInstrumented(tree, trial.instrumentation);
        const failed = await this.#commands.prepare(commands, tree);
        if (failed !== undefined) return { kind: 'red', phase: failed.phase, tail: tailOf(failed.result) };
        return await this.#try({ commands, trial, tree, noted: join(job, 'noted') });
      } finally {
        await this.#commands.release(join(job, 'tree'));
        await removeTree(job);
      }
    });
  }

  async #export(job: string, { base, head, judgedBy }: TestSides): Promise<string> {
    const tree = join(job, 'tree');
    await this.#jobs.git.exportTree(head, tree);
    if (judgedBy !== 'base') return tree;
    const judges = join(job, 'base');
    await this.#jobs.git.exportTree(base, judges);
    await overlayTests(judges, tree);
    await rm(judges, { recursive: true, force: true });
    return tree;
  }

  async #try({ commands, trial, tree, noted }: Trying): Promise<MutationRun> {
    const { variables } = trial.instrumentation;
    const test = (seconds: number, env: Readonly<Record<string, string>>, dir?: string) =>
      this.#commands.run(commands.test, tree, {
        phase: 'test',
        seconds,
        env,
        mounts: dir === undefined ? [] : [{ source: dir, target: reachedNotes.dir, mode: 'write' }],
      });
    const started = performance.now();
    await mkdir(noted);
    const sound = await test(
      commands.testSeconds,
      { [variables.reached]: `${reachedNotes.dir}/${reachedNotes.file}` },
      noted,
    );
    if (!isGreen(sound)) return { kind: 'red', phase: 'test', tail: tailOf(sound) };
    const reached = await readReached(noted);
    const seconds = patience(sound.ms);
    const states = new Map<string, MutantState>();
    let ran = false;
    for (const id of trial.chosen) {
      if (!reached.has(id)) states.set(id, 'unreached');
      else if (performance.now() - started < trial.seconds * 1000) {
        states.set(id, stateOf(await test(seconds, { [variables.awake]: id })));
        ran = true;
      }
    }
    const nobody = { [variables.awake]: nobodyIn(trial.instrumentation) };
    const steady = !ran || isGreen(await test(seconds, nobody));
    return { kind: 'ran', states, steady, testMs: sound.ms };
  }
}

type Trying = {
  readonly commands: TestCommands;
  readonly trial: MutationTrial;
  readonly tree: string;
  readonly noted: string;
};
