import { join } from 'node:path';
import type { Driver, DriverEvidence, DriverFaults, DriverRun, DriverTrials } from '../../domain/driver.ts';
import { Limiter } from '../../domain/limiter.ts';
import type { DriverRunner, DriverSides, DriverTrial } from '../../ports/driver-runner.ts';
import type { Observed, TestCommands } from '../../ports/test-runner.ts';
import { writeInstrumented } from '../mutation/instrumented.ts';
import type { ProjectJobs } from '../test-runner/project-commands.ts';
import { SideTrees } from '../test-runner/side-trees.ts';
import { DriverProcesses, faultsWithin } from './one-driver.ts';

type Commands = Pick<TestCommands, 'install' | 'build'>;

/** Both sides are made ready as they are for the tests; what is installed is kept with theirs. */
export class SandboxDriverRunner implements DriverRunner {
  readonly #limiter = new Limiter(1);
  readonly #jobs: ProjectJobs;

  constructor(jobs: ProjectJobs) {
    this.#jobs = jobs;
  }

  /** One at a time: several at once would take the processors from production. */
  run(commands: Commands, sides: DriverSides, trial: DriverTrial): Promise<DriverTrials> {
    return this.#limiter.run(async () => {
      const { git, workspace, commands: project } = this.#jobs;
      const parts = { git, workspace, commands: project };
      const trees = await SideTrees.open(parts, commands, { ...sides, judgedBy: 'own' });
      const faulty = trial.faults.kind === 'source' ? join(trees.job, 'faulty') : trees.base;
      try {
        const notReady = await this.#prepare(trees, { commands, sides, faults: trial.faults, faulty });
        return notReady ?? (await this.#try(trees, trial, faulty));
      } finally {
        if (faulty !== trees.base) await project.release(faulty);
        await trees.remove();
      }
    });
  }

  async #prepare(
    trees: SideTrees,
    { commands, sides, faults, faulty }: Preparing,
  ): Promise<DriverTrials | undefined> {
    for (const side of ['base', 'head'] as const) {
      const failed = await trees.ready(trees[side]);
      if (failed !== undefined) return { kind: 'not-ready', side, phase: failed.phase };
    }
    if (faults.kind === 'boundary') return undefined;
    await this.#jobs.git.exportTree(sides.base, faulty);
    await writeInstrumented(faulty, faults.instrumentation);
    const failed = await this.#jobs.commands.prepare(commands, faulty);
    return failed && { kind: 'not-ready', side: 'base', phase: failed.phase };
  }

  async #try(trees: SideTrees, trial: DriverTrial, faulty: string): Promise<DriverTrials> {
    const { watched, secondsEach } = trial;
    const { commands } = this.#jobs;
    const processes = new DriverProcesses({ commands, job: trees.job, watched, secondsEach });
    const started = performance.now();
    const idle = await processes.watch(trees.base, idleClient(watched), { seed: 1, traced: true });
    const drivers: DriverEvidence[] = [];
    for (const driver of trial.drivers) {
      const isLate = performance.now() - started >= trial.seconds * 1000;
      const trying = { processes, trees, faulty, trial, idle };
      drivers.push(isLate ? { base: [] } : await tryOne(driver, trying));
    }
    return { kind: 'tried', idle, drivers };
  }
}

type Preparing = {
  readonly commands: Commands;
  readonly sides: DriverSides;
  readonly faults: DriverFaults;
  /** Where the tree with faults in its own files is to stand. */
  readonly faulty: string;
};

type Trying = {
  readonly processes: DriverProcesses;
  readonly trees: SideTrees;
  readonly faulty: string;
  readonly trial: DriverTrial;
  readonly idle: DriverRun;
};

async function tryOne(driver: Driver, trying: Trying): Promise<DriverEvidence> {
  const { processes, trees, trial, idle } = trying;
  const base: DriverRun[] = [];
  for (let seed = 1; seed <= trial.runs; seed += 1) {
    base.push(await processes.watch(trees.base, driver, { seed, traced: seed === 1 }));
    if (trial.isDropped({ base }, idle)) return { base };
  }
  const faults = await noticedBy(driver, { base }, trying);
  if (trial.isDropped({ base, faults }, idle)) return { base, faults };
  const head = await processes.watch(trees.head, driver, { seed: 1, traced: false });
  return { base, faults, head };
}

function noticedBy(
  driver: Driver,
  seen: DriverEvidence,
  { processes, faulty, trial: { faults } }: Trying,
): Promise<NonNullable<DriverEvidence['faults']>> {
  return faults.kind === 'boundary'
    ? processes.notices(faulty, driver, faultsWithin(seen, faults.mutants))
    : processes.noticesInside(faulty, driver, faults.instrumentation, faults.chosen);
}

/** Loads what drivers load, and does nothing with it. */
function idleClient({ packages, modules }: Observed): Driver {
  const names = [...packages, ...modules.map((path) => `../${path}`)];
  const loads = names.map((name) => `await import(${JSON.stringify(name)}).catch(() => undefined);`);
  const text = [
    `import { test } from 'node:test';`,
    `import 'node:assert/strict';`,
    ...loads,
    `test('idle', () => {});`,
  ];
  return { format: 'esm', text: text.join('\n') };
}
