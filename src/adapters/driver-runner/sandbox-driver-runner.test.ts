import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { boundaryFaults } from '../../domain/boundary-mutation.ts';
import { dropOf, isKept, runsOnBase } from '../../stages/2-guardrails/drivers/admit.ts';
import { driverSamples, padFiles, padNew, padOld } from '../../testing/driver-samples.ts';
import { HostSandbox } from '../../testing/host-sandbox.ts';
import { TempGit } from '../../testing/temp-git.ts';
import { projectJobs } from '../test-runner/project-commands.ts';
import { SandboxDriverRunner } from './sandbox-driver-runner.ts';

let git: TempGit;
let sandbox: HostSandbox;
let workspace: string;
beforeEach(() => {
  git = new TempGit();
  sandbox = new HostSandbox();
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-drivers-')));
});
afterEach(() => {
  sandbox.remove();
  git.remove();
  rmSync(workspace, { recursive: true, force: true });
});

type Name = keyof typeof driverSamples;

const faults = boundaryFaults.map((fault) => ({ id: fault, package: 'pad', path: 'pad.pad', fault }));

async function tried(names: readonly Name[], seconds = 120) {
  const base = git.commit('main', { 'package.json': '{}', ...padFiles('1.0.0', padOld) });
  const head = git.commit('topic', padFiles('1.0.1', padNew), base);
  const runner = new SandboxDriverRunner(projectJobs({ git, sandbox, workspace, nodeVersion: '24' }));
  const trials = await runner.run(
    { install: null, build: null },
    { base, head },
    {
      drivers: names.map((name) => driverSamples[name]),
      watched: { packages: ['pad'], modules: [] },
      faults: { kind: 'boundary', mutants: faults },
      runs: runsOnBase,
      secondsEach: 60,
      seconds,
      isDropped: (evidence, idle) => dropOf(evidence, idle) !== undefined,
    },
  );
  expect(readdirSync(workspace)).toEqual([]);
  if (trials.kind !== 'tried') throw new Error(`found ${JSON.stringify(trials)}`);
  return trials;
}

describe('SandboxDriverRunner', () => {
  it('tries each with the old version, and shows the new one to those that are kept', async () => {
    const { idle, drivers } = await tried(['good', 'flaky']);
    expect(drivers.map((one) => dropOf(one, idle)?.code)).toEqual([undefined, 'flaky']);
    expect(drivers.map((one) => isKept(one, idle))).toEqual([true, false]);
    expect(drivers.map(({ faults: of }) => of?.noticed.toSorted())).toEqual([
      ['nothing', 'other', 'throw'],
      undefined,
    ]);
    expect(drivers.map(({ head }) => head?.kind)).toEqual(['ended', undefined]);
    expect(sandbox.jobs.every(({ network }) => network === 'none')).toBe(true);
    expect(sandbox.jobs.every(({ mounts: [project] }) => project?.mode === 'read')).toBe(true);
  });

  it('tries none when its time is over', async () => {
    const { idle, drivers } = await tried(['good'], 0);
    expect(drivers).toEqual([{ base: [] }]);
    expect(drivers.map((one) => dropOf(one, idle)?.code)).toEqual(['not-tried']);
  });
});
