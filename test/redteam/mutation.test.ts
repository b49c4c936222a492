import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SandboxMutator } from '../../src/adapters/mutation/sandbox-mutator.ts';
import { ChildProver } from '../../src/adapters/prover/child-prover.ts';
import { ChildSyntaxComparer } from '../../src/adapters/syntax/child-syntax-comparer.ts';
import { projectJobs } from '../../src/adapters/test-runner/project-commands.ts';
import { SandboxTestRunner } from '../../src/adapters/test-runner/sandbox-test-runner.ts';
import { runClassify } from '../../src/stages/1-classify/run.ts';
import { checkChange } from '../../src/stages/2-guardrails/run.ts';
import { sampleSettings } from '../../src/testing/guardrail-settings.ts';
import { guardrailTools } from '../../src/testing/guardrail-tools.ts';
import { HostSandbox } from '../../src/testing/host-sandbox.ts';
import { nothingVouched } from '../../src/testing/memory-package-proofs.ts';
import { MemoryRegistry } from '../../src/testing/npm-samples.ts';
import { TempGit, type TestFiles } from '../../src/testing/temp-git.ts';

/** Changes whose tests run green, and that the tests do not hold. */
let git: TempGit;
let sandbox: HostSandbox;
let workspace: string;
beforeEach(() => {
  git = new TempGit();
  sandbox = new HostSandbox();
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-redteam-mutation-')));
});
afterEach(() => {
  sandbox.remove();
  git.remove();
  rmSync(workspace, { recursive: true, force: true });
});

const plain = sampleSettings({ test: ['node', '--test'] });
const settings = { ...plain, mutation: { ...plain.mutation, mutants: 30 } };
const fee = 'exports.fee = (total) => (total > 50 ? 0 : 5);\n';
const suite = (...totals: readonly (readonly [number, number])[]) =>
  `const { test } = require('node:test');
const assert = require('node:assert');
const { fee } = require('../src/fee.js');
test('fee', () => {
${totals.map(([total, cost]) => `  assert.equal(fee(${total}), ${cost});`).join('\n')}
});
`;
const strong = suite([50, 5], [51, 0], [20, 5]);
const cheaper = fee.replace('50', '40');
const cheaperTests = suite([40, 5], [41, 0], [20, 5]);

async function judge(change: TestFiles): Promise<string> {
  const root = git.commit('main', { 'src/fee.js': fee, 'test/fee.test.js': strong });
  const head = git.commit('topic', change, root);
  const proposal = { source: 'agent:x', title: 'Tested.', head, ref: 'topic', target: 'main', record: {} };
  const syntax = new ChildSyntaxComparer();
  const prover = new ChildProver();
  const outcome = await runClassify(
    { git, syntax, prover, flagHelpers: [], protectedPatterns: [] },
    { proposal },
  );
  if (outcome.kind !== 'done') throw new Error(outcome.kind);
  const options = { git, sandbox, workspace, nodeVersion: '24' };
  const deps = {
    ...nothingVouched(),
    git,
    registry: new MemoryRegistry(),
    ...guardrailTools(),
    tests: new SandboxTestRunner(projectJobs(options)),
    mutator: new SandboxMutator(projectJobs(options)),
    stopEarly: false,
  };
  const checked = { classification: outcome.data, proposal, now: new Date('2026-01-01T00:00:00Z') };
  const report = await checkChange(deps, settings, checked);
  const found = report.results.find(({ name }) => name === 'mutation');
  return `${found?.verdict} ${found?.code}`;
}

it('lets a change through whose tests hold each line of it', async () => {
  expect(await judge({ 'src/fee.js': cheaper, 'test/fee.test.js': cheaperTests })).toBe(
    'pass mutation.noticed',
  );
});

it('asks nothing of a change that brings no code', async () => {
  expect(await judge({ 'README.md': 'A shop.' })).toBe('pass mutation.nothing-to-mutate');
  expect(await judge({ 'src/fee.js': `// The fee.\n${fee}` })).toBe('pass mutation.nothing-to-mutate');
});

it.each<[string, TestFiles, string]>([
  [
    'tests that look away from the edge',
    { 'src/fee.js': cheaper, 'test/fee.test.js': suite([10, 5], [90, 0]) },
    'abstain mutation.survived',
  ],
  [
    'code that no test runs',
    { 'src/more.js': 'exports.more = (a) => a + 1;\n' },
    'abstain mutation.survived',
  ],
  [
    'a comment that switches faults off',
    { 'src/fee.js': `// Stryker disable all\n${cheaper}`, 'test/fee.test.js': cheaperTests },
    'abstain mutation.silenced',
  ],
  [
    'code that breaks down whenever a fault is tried',
    {
      'src/fee.js': `if (Object.keys(process.env).some((key) => /^m[0-9a-f]{16}$/.test(key))) process.exit(1);\n${cheaper}`,
      'test/fee.test.js': suite([10, 5]),
    },
    'abstain mutation.unsteady',
  ],
  [
    'a script that is no module',
    { 'src/fee.js': `with (Math) ${cheaper}`, 'test/fee.test.js': cheaperTests },
    'abstain mutation.unreadable',
  ],
  [
    'more faults than anybody waits for',
    { 'src/fee.js': cheaper + 'exports.n = (a) => a + a + a + a;\n'.repeat(20) },
    'abstain mutation.too-many',
  ],
])('holds %s', async (_what, change, expected) => {
  expect(await judge(change)).toBe(expected);
});
