import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import {
  planPath,
  planProject,
  type TestPlan,
  testMeasurerContract,
} from '../../testing/contracts/test-measurer.ts';
import { HostSandbox } from '../../testing/host-sandbox.ts';
import { TempGit } from '../../testing/temp-git.ts';
import { projectJobs } from './project-commands.ts';
import { SandboxTestMeasurer } from './sandbox-test-measurer.ts';

let git: TempGit;
let sandbox: HostSandbox;
let workspace: string;
beforeAll(() => {
  git = new TempGit();
  sandbox = new HostSandbox();
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-measurer-')));
});
afterAll(() => {
  sandbox.remove();
  git.remove();
  rmSync(workspace, { recursive: true, force: true });
});

const tree = (plan: TestPlan) => git.commit('main', { ...planProject, [planPath]: JSON.stringify(plan) });

describe('SandboxTestMeasurer', () => {
  testMeasurerContract(() => ({
    measurer: new SandboxTestMeasurer(projectJobs({ git, sandbox, workspace, nodeVersion: '24' })),
    tree,
    left: () => readdirSync(workspace).filter((name) => name.startsWith('measure-')),
  }));
});
