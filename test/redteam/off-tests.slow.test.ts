import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChildProver } from '../../src/adapters/prover/child-prover.ts';
import { ChildSyntaxComparer } from '../../src/adapters/syntax/child-syntax-comparer.ts';
import { projectJobs } from '../../src/adapters/test-runner/project-commands.ts';
import { SandboxTestRunner } from '../../src/adapters/test-runner/sandbox-test-runner.ts';
import { runClassify } from '../../src/stages/1-classify/run.ts';
import { characterization } from '../../src/stages/2-guardrails/characterization/characterization.ts';
import { flagOff } from '../../src/stages/2-guardrails/flag-off/flag-off.ts';
import { checkChange } from '../../src/stages/2-guardrails/run.ts';
import { scope } from '../../src/stages/2-guardrails/scope/scope.ts';
import { tests } from '../../src/stages/2-guardrails/tests/tests.ts';
import { sampleSettings } from '../../src/testing/guardrail-settings.ts';
import { guardrailTools } from '../../src/testing/guardrail-tools.ts';
import { HostSandbox } from '../../src/testing/host-sandbox.ts';
import { MemoryRegistry } from '../../src/testing/npm-samples.ts';
import { TempGit, type TestFiles } from '../../src/testing/temp-git.ts';

/** An author who uses the removal of a flag to be rid of tests. Its files are this test's own, so they run on the host. */
let git: TempGit;
let sandbox: HostSandbox;
let workspace: string;
beforeEach(() => {
  git = new TempGit();
  sandbox = new HostSandbox();
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-off-tests-')));
});
afterEach(() => {
  sandbox.remove();
  git.remove();
  rmSync(workspace, { recursive: true, force: true });
});

const helpers = ['src/flags.js#isOn'];
const settings = sampleSettings({ test: ['node', '--test'] });
const test = 'test/price.test.js';
const flagged = `import { isOn } from './flags.js';

export function price(n) {
  if (isOn('new-price')) return 2 * n;
  return n;
}
`;
const removed = 'export function price(n) {\n  return 2 * n;\n}\n';
const head = `import { strictEqual } from 'node:assert';
import { describe, it } from 'node:test';
import { switchOn } from '../src/flags.js';
import { price } from '../src/price.js';

`;
const off = `describe('before', () => {
  it('asks less', () => strictEqual(price(1), 1));
});
`;
const free = "it('is free of charge', () => strictEqual(price(0), 0));\n";
const on = `it('asks the new price', () => {
  switchOn('new-price');
  strictEqual(price(1), 2);
});
`;
const offFile = 'test/off.test.js';
const only = "it('asks the old price', () => strictEqual(price(1), 1));\n";
const suite = `${head}${off}${free}${on}`;
const rest = `${head}${free}${on}`;
const files: TestFiles = {
  'package.json': JSON.stringify({ name: 'sample', type: 'module' }),
  'src/flags.js': `const on = {};
export const isOn = (key) => on[key] === true;
export const switchOn = (key) => {
  on[key] = true;
};
`,
  'src/price.js': flagged,
  [test]: suite,
};

type Change = { readonly change: TestFiles; readonly before: TestFiles };

/** `before`: of the base, over the files above. */
async function classed({ change, before }: Change) {
  const root = git.commit('main', { ...files, ...before });
  const tip = git.commit('topic', { 'src/price.js': removed, ...change }, root);
  const proposal = {
    source: 'agent:x',
    title: 'Remove',
    head: tip,
    ref: 'topic',
    target: 'main',
    record: {},
  };
  const deps = { git, syntax: new ChildSyntaxComparer(), prover: new ChildProver() };
  const outcome = await runClassify({ ...deps, flagHelpers: helpers, protectedPatterns: [] }, { proposal });
  if (outcome.kind !== 'done') throw new Error(outcome.kind);
  return { classification: outcome.data, proposal, now: new Date('2026-01-01T00:00:00Z') };
}

async function judge(change: TestFiles, before: TestFiles = {}) {
  const asked = await classed({ change, before });
  const deps = {
    git,
    registry: new MemoryRegistry(),
    ...guardrailTools(),
    tests: new SandboxTestRunner(projectJobs({ git, sandbox, workspace, nodeVersion: '24' })),
    stopEarly: false,
  };
  const wanted = [scope, flagOff, tests, characterization];
  const { results } = await checkChange(deps, { ...settings, flags: { helpers } }, asked, wanted);
  const codes = Object.fromEntries(results.map(({ name, verdict, code }) => [name, `${verdict} ${code}`]));
  const found = results.find(({ name }) => name === 'tests');
  return { class: asked.classification.class, codes, tests: codes.tests, ...found };
}

describe('the removal of a flag', () => {
  it('takes the tests of the flag off with it, as far as runs show that they are', async () => {
    const found = await judge({ [test]: rest });
    expect([found.class, found.tests], found.reason).toEqual(['flag-removal', 'pass tests.passed']);
    expect(found.evidence).toMatchObject({
      offTests: { count: 1, cases: [{ path: test, test: 'before > asks less' }] },
    });
    expect(found.codes).toMatchObject({
      scope: 'pass scope.within',
      'flag-off': 'pass flag-off.removed-on',
      characterization: 'pass characterization.own-same',
    });
  });

  it('takes a file that held nothing else', async () => {
    const found = await judge({ [test]: rest, [offFile]: null }, { [offFile]: `${head}${only}` });
    expect([found.class, found.tests], found.reason).toEqual(['flag-removal', 'pass tests.passed']);
  });

  const flickers = `import { existsSync, writeFileSync } from 'node:fs';\n${head}`;
  const flickering = `it('asks the old price', () => {
  if (price(1) === 2 && existsSync('ran')) return;
  writeFileSync('ran', '');
  strictEqual(price(1), 1);
});
`;
  const broken = "it('was broken before', () => strictEqual(price(1), 3));\n";
  const again = "it('asks the old price', () => strictEqual(price(0), 0));\n";
  it.each<[string, string, string, string]>([
    ['a test that passes', `${head}${on}`, suite, 'fail tests.off-test-passes'],
    ['a test of the flag on', `${head}${free}`, suite, 'fail tests.off-test-passes'],
    ['a test that was broken', rest, `${suite}${broken}`, 'abstain tests.off-tests-unclear'],
    ['a test that flickers', `${flickers}${free}`, `${flickers}${flickering}${free}`, 'abstain tests.flaky'],
    [
      'one of two tests with one name',
      `${head}${again}${on}`,
      `${head}${again}${only}${on}`,
      'abstain tests.off-tests-unclear',
    ],
    ['a test of which another file has the name', rest, `${rest}${only}`, 'abstain tests.off-tests-unclear'],
  ])('may not take %s', async (_what, after, before, code) => {
    const other = { 'test/other.test.js': `${head}${again}` };
    const found = await judge(
      { [test]: after },
      { [test]: before, ...(before.startsWith(rest) ? other : {}) },
    );
    expect([found.class, found.tests], found.reason).toEqual(['flag-removal', code]);
  });

  it('leaves no test of the flag off behind', async () => {
    const found = await judge({ [test]: `${head}${only}${free}` }, { [test]: `${head}${off}${only}${free}` });
    expect([found.class, found.tests], found.reason).toEqual(['flag-removal', 'fail tests.failed']);
  });

  const loop = "for (const n of ['a', 'b']) it(n, () => strictEqual(price(1), 1));\n";
  const table = "['a', 'b'].forEach((n) => it(n, () => strictEqual(price(1), 1)));\n";
  it.each<[string, string, TestFiles, string?]>([
    ['weakens an assertion', `${head}${free.replace('price(0), 0', 'true, true')}${on}`, {}],
    ['skips a test', `${head}${free.replace('it(', 'it.skip(')}${on}`, {}],
    ['empties a test instead', suite.replace('strictEqual(price(1), 1)', 'undefined'), {}],
    ['adds a test', `${head}${free}${on}${again}`, {}],
    ['alters the code', rest, { 'src/price.js': removed.replace('2 * n', '3 * n') }],
    ['alters other code', rest, { 'src/other.js': 'export const a = 1;\n' }],
    ['alters a fixture', rest, { 'test/data.json': '{}\n' }],
    ['brings a comment that tools obey', `${head}${free}// eslint-disable-next-line\n${on}`, {}],
    ['takes tests of a loop', rest, {}, `${suite}${loop}`],
    ['takes tests of a table', rest, {}, `${suite}${table}`],
    ['takes the set-up of the tests that stay', rest, {}, `${suite}beforeEach(() => {});\n`],
  ])('is of no class that lands where it %s', async (_what, after, change, before = suite) => {
    const { classification } = await classed({
      change: { [test]: after, ...change },
      before: { [test]: before },
    });
    expect(classification.class).toBe('other');
  });
});
