import type { Driver, DriverEvidence, DriverRun, DriverTrials } from '../../domain/driver.ts';
import { Limiter } from '../../domain/limiter.ts';
import type { DriverRunner, DriverSides, DriverTrial } from '../../ports/driver-runner.ts';
import type { TestCommands } from '../../ports/test-runner.ts';
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
      try {
        return await this.#try(trees, trial);
      } finally {
        await trees.remove();
      }
    });
  }

  async #try(trees: SideTrees, trial: DriverTrial): Promise<DriverTrials> {
    for (const side of ['base', 'head'] as const) {
      const failed = await trees.ready(trees[side]);
      if (failed !== undefined) return { kind: 'not-ready', side, phase: failed.phase };
    }
    const { packages, secondsEach } = trial;
    const processes = new DriverProcesses({
      commands: this.#jobs.commands,
      job: trees.job,
      packages,
      secondsEach,
    });
    const started = performance.now();
    const idle = await processes.watch(trees.base, idleClient(packages), { seed: 1, traced: true });
    const drivers: DriverEvidence[] = [];
    for (const driver of trial.drivers) {
      const isLate = performance.now() - started >= trial.seconds * 1000;
      drivers.push(isLate ? { base: [] } : await tryOne(driver, { processes, trees, trial, idle }));
    }
    return { kind: 'tried', idle, drivers };
  }
}

type Trying = {
  readonly processes: DriverProcesses;
  readonly trees: SideTrees;
  readonly trial: DriverTrial;
  readonly idle: DriverRun;
};

async function tryOne(driver: Driver, { processes, trees, trial, idle }: Trying): Promise<DriverEvidence> {
  const base: DriverRun[] = [];
  for (let seed = 1; seed <= trial.runs; seed += 1) {
    base.push(await processes.watch(trees.base, driver, { seed, traced: seed === 1 }));
    if (trial.isDropped({ base }, idle)) return { base };
  }
  const within = faultsWithin({ base }, trial.faults);
  const noticed = await processes.notices(trees.base, driver, within);
  const faults = { tried: within.length, noticed };
  if (trial.isDropped({ base, faults }, idle)) return { base, faults };
  const head = await processes.watch(trees.head, driver, { seed: 1, traced: false });
  return { base, faults, head };
}

/** Loads what drivers load, and does nothing with it. */
function idleClient(packages: readonly string[]): Driver {
  const loads = packages.map((name) => `await import(${JSON.stringify(name)}).catch(() => undefined);`);
  const text = [
    `import { test } from 'node:test';`,
    `import 'node:assert/strict';`,
    ...loads,
    `test('idle', () => {});`,
  ];
  return { format: 'esm', text: text.join('\n') };
}
