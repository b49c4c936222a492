import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SandboxBoundaryMutator } from '../../adapters/mutation/sandbox-boundary-mutator.ts';
import { projectJobs } from '../../adapters/test-runner/project-commands.ts';
import { SandboxTestRunner } from '../../adapters/test-runner/sandbox-test-runner.ts';
import { sampleClassification, sampleProposal } from '../../testing/changes.ts';
import { sampleSettings } from '../../testing/guardrail-settings.ts';
import { guardrailTools } from '../../testing/guardrail-tools.ts';
import { HostSandbox } from '../../testing/host-sandbox.ts';
import { MemoryRegistry } from '../../testing/npm-samples.ts';
import { TempGit } from '../../testing/temp-git.ts';
import { mutation } from './mutation/mutation.ts';
import { checkChange } from './run.ts';

let git: TempGit;
let sandbox: HostSandbox;
let workspace: string;
beforeEach(() => {
  git = new TempGit();
  sandbox = new HostSandbox();
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-run-boundary-')));
});
afterEach(() => {
  sandbox.remove();
  git.remove();
  rmSync(workspace, { recursive: true, force: true });
});

const library = (version: string) => ({
  'package.json': JSON.stringify({ dependencies: { lib: version } }),
  'node_modules/lib/package.json': JSON.stringify({ name: 'lib', version }),
  'node_modules/lib/index.js':
    'exports.add = (a, b) => a + b; exports.now = () => String(process.hrtime.bigint());',
});

async function check(body: string) {
  const test = `require('node:test').test('client', () => { const lib = require('lib'), assert = require('node:assert'); ${body} });`;
  const base = git.commit('main', { 'a.test.js': test, ...library('1.0.0') });
  const tree = git.commit('topic', library('1.0.1'), base);
  const lib = { name: 'lib', path: 'node_modules/lib', from: '1.0.0', to: '1.0.1', direct: true };
  const settings = sampleSettings({ test: ['node', '--test'] });
  const parts = { git, sandbox, workspace, nodeVersion: '24' };
  const report = await checkChange(
    {
      ...guardrailTools(),
      git,
      registry: new MemoryRegistry(),
      tests: new SandboxTestRunner(projectJobs(parts)),
      boundary: new SandboxBoundaryMutator(projectJobs(parts)),
    },
    { ...settings, mutation: { ...settings.mutation, mutants: 100 } },
    {
      classification: sampleClassification({ base, tree }, { packages: [lib] }),
      proposal: sampleProposal(tree),
      now: new Date('2026-01-01T00:00:00Z'),
    },
    [mutation],
  );
  return report.results[0];
}

it.each([
  ['notices', 'assert.equal(lib.add(1, 2), 3);', 'pass', 'boundary-watched'],
  ['notices nothing of what is compared', 'try { lib.add(1, 2) } catch {}', 'pass', 'boundary-advisory'],
  ['notices nothing of what flickers', 'try { lib.now() } catch {}', 'abstain', 'boundary-unwatched'],
  ['looks at what flickers', 'assert.match(lib.now(), /^\\d+$/);', 'abstain', 'boundary-unwatched'],
  ['uses nothing', '', 'abstain', 'boundary-not-exercised'],
])('a test that %s', async (_name, body, verdict, code) => {
  expect(await check(body)).toMatchObject({ verdict, code: `mutation.${code}` });
});
