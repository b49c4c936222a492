import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dropOf, isKept } from '../../stages/2-guardrails/drivers/admit.ts';
import { type SampleName, tryDrivers } from '../../testing/driver-samples.ts';
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

async function tried(names: readonly SampleName[], seconds = 120) {
  const runner = new SandboxDriverRunner(projectJobs({ git, sandbox, workspace, nodeVersion: '24' }));
  const trials = await tryDrivers(runner, git, names, { seconds });
  expect(readdirSync(workspace)).toEqual([]);
  return trials;
}

describe('SandboxDriverRunner', () => {
  it('tries each with the old version, and shows the new one to those that are kept', async () => {
    const { idle, drivers } = await tried(['good', 'flaky', 'sly']);
    expect(drivers.map((one) => dropOf(one, idle)?.code)).toEqual([undefined, 'flaky', 'notices-nothing']);
    expect(drivers.map((one) => isKept(one, idle))).toEqual([true, false, false]);
    expect(drivers.map(({ faults: of }) => of?.noticed.toSorted())).toEqual([
      ['nothing', 'other', 'throw'],
      undefined,
      [],
    ]);
    expect(drivers.map(({ head }) => head?.kind)).toEqual(['ended', undefined, undefined]);
    expect(sandbox.jobs.every(({ network }) => network === 'none')).toBe(true);
    expect(sandbox.jobs.every(({ mounts: [project] }) => project?.mode === 'read')).toBe(true);
  });

  it('tries none when its time is over', async () => {
    const { idle, drivers } = await tried(['good'], 0);
    expect(drivers).toEqual([{ base: [] }]);
    expect(drivers.map((one) => dropOf(one, idle)?.code)).toEqual(['not-tried']);
  });
});
