import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BoundaryMutant } from '../../domain/boundary-mutation.ts';
import type { Driver, DriverEvidence, DriverRun } from '../../domain/driver.ts';
import type { Instrumentation } from '../../domain/mutation.ts';
import type { SandboxMount, SandboxResult } from '../../ports/sandbox.ts';
import type { Observed } from '../../ports/test-runner.ts';
import { type Fault, makeDisturbance, nobody } from '../mutation/disturbance.ts';
import { nobodyIn, reachedNotes, readReached } from '../mutation/instrumented.ts';
import { patience, stateOf } from '../mutation/trial.ts';
import { removeTree } from '../remove-tree.ts';
import { isGreen, tailOf } from '../test-runner/job-result.ts';
import { type ProjectCommands, projectInside } from '../test-runner/project-commands.ts';
import { startWatch } from '../test-runner/watch.ts';

export type DriverJobs = {
  readonly commands: ProjectCommands;
  /** A directory of this trial alone. */
  readonly job: string;
  readonly watched: Observed;
  readonly secondsEach: number;
};

type Noticed = NonNullable<DriverEvidence['faults']>;
type Argv = readonly [string, ...string[]];
type Process = {
  readonly argv: Argv;
  readonly env: Readonly<Record<string, string>>;
  readonly seconds?: number;
  readonly mounts: readonly SandboxMount[];
};

/** Runs drivers, each run in a process of its own that can only read the project. */
export class DriverProcesses {
  readonly #jobs: DriverJobs;

  constructor(jobs: DriverJobs) {
    this.#jobs = jobs;
  }

  /** Recorded; `traced`: what it asks of the kernel is written down as well. */
  watch(
    tree: string,
    driver: Driver,
    { seed, traced }: { seed: number; traced: boolean },
  ): Promise<DriverRun> {
    return this.#placed(tree, driver, async (argv) => {
      const { job, watched } = this.#jobs;
      const watch = await startWatch(job, { ...watched, seed });
      const env = { NODE_OPTIONS: watch.option };
      const run = (under: Argv, more: readonly SandboxMount[] = []) =>
        this.#run(tree, { argv: under, env, mounts: [...watch.mounts, ...more] });
      const result = await (traced ? watch.traced(argv, run) : run(argv));
      if (result.kind === 'limit') return { kind: 'limit', limit: result.limit };
      const seen = await watch.read();
      return { kind: 'ended', passed: isGreen(result), seen, tail: tailOf(result) };
    });
  }

  /** Of faults in what packages answer. */
  notices(tree: string, driver: Driver, faults: readonly BoundaryMutant[]): Promise<Noticed> {
    return this.#placed(tree, driver, async (argv) => {
      const { job, watched } = this.#jobs;
      const disturbance = await makeDisturbance(join(job, await this.#own('faults')), watched.packages);
      const ends = async (fault: Fault) => {
        const { option, mounts, isDisturbed } = await disturbance.arm(fault);
        const state = stateOf(await this.#run(tree, { argv, env: { NODE_OPTIONS: option }, mounts }));
        return { isRed: state !== 'survived', isDisturbed: await isDisturbed() };
      };
      // It is the faults alone that may make it fail.
      if (faults.length > 0 && (await ends(nobody())).isRed) return { tried: 0, noticed: [] };
      const noticed: string[] = [];
      for (const fault of faults) {
        const { isRed, isDisturbed } = await ends(fault);
        if (isRed && isDisturbed) noticed.push(fault.id);
      }
      return { tried: faults.length, noticed };
    });
  }

  /** Of faults that sleep in the tree's own files. */
  noticesInside(
    tree: string,
    driver: Driver,
    instrumentation: Instrumentation,
    chosen: readonly string[],
  ): Promise<Noticed> {
    return this.#placed(tree, driver, async (argv) => {
      const { variables } = instrumentation;
      const noted = join(this.#jobs.job, await this.#own('reached'), 'notes');
      await mkdir(noted);
      const mount: SandboxMount = { source: noted, target: reachedNotes.dir, mode: 'write' };
      const note = { [variables.reached]: `${reachedNotes.dir}/${reachedNotes.file}` };
      const env = { ...note, [variables.awake]: nobodyIn(instrumentation) };
      const sound = await this.#run(tree, { argv, env, mounts: [mount] });
      // It is the faults alone that may make it fail.
      if (!isGreen(sound)) return { tried: 0, noticed: [] };
      const reached = await readReached(noted);
      const within = chosen.filter((id) => reached.has(id));
      const noticed: string[] = [];
      for (const id of within) {
        const env = { [variables.awake]: id };
        const result = await this.#run(tree, { argv, env, mounts: [], seconds: patience(sound.ms) });
        if (stateOf(result) !== 'survived') noticed.push(id);
      }
      return { tried: within.length, noticed };
    });
  }

  async #own(name: string): Promise<string> {
    const own = `${name}-${randomUUID()}`;
    // The sandbox's own user passes through it to what is mounted, and cannot list it.
    await mkdir(join(this.#jobs.job, own), { mode: 0o711 });
    return own;
  }

  /** Below the project, so that it finds the packages as the project does; gone before another one runs. */
  async #placed<T>(tree: string, { format, text }: Driver, act: (argv: Argv) => Promise<T>): Promise<T> {
    const folder = `.autoland-${randomUUID()}`;
    const name = `driver.test.${format === 'esm' ? 'mjs' : 'cjs'}`;
    await mkdir(join(tree, folder), { mode: 0o755 });
    try {
      await writeFile(join(tree, folder, name), text, { mode: 0o644 });
      return await act(['node', `${projectInside}/${folder}/${name}`]);
    } finally {
      await removeTree(join(tree, folder));
    }
  }

  #run(
    tree: string,
    { argv, env, mounts, seconds = this.#jobs.secondsEach }: Process,
  ): Promise<SandboxResult> {
    return this.#jobs.commands.run(argv, tree, { phase: 'test', seconds, env, mounts, project: 'read' });
  }
}

/** Faults at what the driver was seen to call, at the paths by which it does: `import` finds behind `default` what `require` answers. */
export function faultsWithin(
  { base: [first] }: Pick<DriverEvidence, 'base'>,
  faults: readonly BoundaryMutant[],
): readonly BoundaryMutant[] {
  if (first?.kind !== 'ended') return [];
  const calls = [...first.seen.calls.values()].filter(({ args }) => args !== '');
  const called = new Map(calls.map((call) => [keyOf(call), call.path]));
  return faults.flatMap((fault) => {
    const path = called.get(keyOf(fault));
    return path === undefined ? [] : [{ ...fault, path }];
  });
}

const keyOf = ({ package: name, path }: { readonly package: string; readonly path: string }) =>
  `${name}\0${path.replace(`${name}.default`, name)}`;
