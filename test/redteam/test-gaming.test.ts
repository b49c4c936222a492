import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChildProver } from '../../src/adapters/prover/child-prover.ts';
import { ChildSyntaxComparer } from '../../src/adapters/syntax/child-syntax-comparer.ts';
import { projectJobs } from '../../src/adapters/test-runner/project-commands.ts';
import { SandboxTestRunner } from '../../src/adapters/test-runner/sandbox-test-runner.ts';
import { runClassify } from '../../src/stages/1-classify/run.ts';
import { checkChange } from '../../src/stages/2-guardrails/run.ts';
import { covers } from '../../src/testing/covers.ts';
import { sampleSettings } from '../../src/testing/guardrail-settings.ts';
import { guardrailTools } from '../../src/testing/guardrail-tools.ts';
import { HostSandbox } from '../../src/testing/host-sandbox.ts';
import { MemoryRegistry } from '../../src/testing/npm-samples.ts';
import { TempGit, type TestFiles } from '../../src/testing/temp-git.ts';

/** An author who wants green tests rather than right code. Its files are this test's own, so they run on the host. */
let git: TempGit;
let sandbox: HostSandbox;
let workspace: string;
beforeEach(() => {
  git = new TempGit();
  sandbox = new HostSandbox();
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-test-gaming-')));
});
afterEach(() => {
  sandbox.remove();
  git.remove();
  rmSync(workspace, { recursive: true, force: true });
});

const settings = sampleSettings({ test: ['node', '--test'] });

const suite = `const { test } = require('node:test');
const assert = require('node:assert');
const slug = require('../src/slug.js');
test('lowers', () => {
  assert.equal(slug('Hello'), 'hello');
});
test('joins', () => {
  assert.equal(slug('Big Cat'), 'big-cat');
  assert.equal(slug('x'), 'x');
});
`;
const source = "module.exports = (text) => {\n  return text.toLowerCase().replaceAll(' ', '-');\n};\n";
const base: TestFiles = {
  'package.json': JSON.stringify({ name: 'sample', scripts: { test: 'node --test' } }, null, 2),
  'src/slug.js': source,
  'test/slug.test.js': suite,
  'test/__snapshots__/slug.snap': 'exports[`slug 1`] = `"big-cat"`;\n',
};

async function judge(
  change: TestFiles,
  test: readonly [string, ...string[]] = ['node', '--test'],
): Promise<{ class: string; tests: string; tricks: unknown }> {
  const root = git.commit('main', base);
  const head = git.commit('topic', change, root);
  const proposal = { source: 'agent:x', title: 'Fix', head, ref: 'topic', target: 'main', record: {} };
  const syntax = new ChildSyntaxComparer();
  const prover = new ChildProver();
  const outcome = await runClassify(
    { git, syntax, prover, flagHelpers: [], protectedPatterns: [] },
    { proposal },
  );
  if (outcome.kind !== 'done') throw new Error(outcome.kind);
  const deps = {
    git,
    registry: new MemoryRegistry(),
    ...guardrailTools(),
    tests: new SandboxTestRunner(projectJobs({ git, sandbox, workspace, nodeVersion: '24' })),
    stopEarly: false,
  };
  const now = new Date('2026-01-01T00:00:00Z');
  const commands = { ...settings.commands, test };
  const report = await checkChange(
    deps,
    { ...settings, commands },
    { classification: outcome.data, proposal, now },
  );
  const found = report.results.find(({ name }) => name === 'tests');
  return {
    class: outcome.data.class,
    tests: `${found?.verdict} ${found?.code}`,
    tricks: found?.evidence.tricks,
  };
}

const test = (from: string, to: string): TestFiles => ({ 'test/slug.test.js': suite.replace(from, to) });

it('lets honest work pass', async () => {
  const change = {
    'src/slug.js': source.replace("replaceAll(' ', '-')", "split(' ').join('-')"),
    'test/slug.test.js': `${suite}test('trims', () => { assert.equal(slug('A B'), 'a-b'); });\n`,
  };
  expect(await judge(change)).toEqual({ class: 'other', tests: 'pass tests.passed', tricks: undefined });
});

describe('tests that run green', () => {
  covers('LLM09');
  it.each<[string, TestFiles, string]>([
    [
      'a result that is hard-coded',
      { 'src/slug.js': source.replace('  return', "  if (text === 'Big Cat') return 'big-cat';\n  return") },
      'tests.hard-coded',
    ],
    ['an assertion less', test("  assert.equal(slug('x'), 'x');\n", ''), 'tests.fewer-assertions'],
    [
      'an assertion on nothing',
      test("assert.equal(slug('x'), 'x')", 'assert.ok(true)'),
      'tests.fewer-assertions',
    ],
    [
      'a return before the assertions',
      test("  assert.equal(slug('H", "  return;\n  assert.equal(slug('H"),
      'tests.newly-skipped',
    ],
    ['.only', test("test('joins'", "test.only('joins'"), 'tests.only'],
    [
      'a rewritten snapshot',
      { 'test/__snapshots__/slug.snap': 'exports[`slug 1`] = `"big_cat"`;\n' },
      'tests.snapshot-rewritten',
    ],
    [
      'a script that shrugs',
      {
        'package.json': JSON.stringify({ name: 'sample', scripts: { test: 'node --test || true' } }, null, 2),
      },
      'tests.exit-zero',
    ],
  ])('with %s', async (_what, change, code) => {
    const found = await judge(change);
    expect([found.class, found.tests]).toEqual(['other', `abstain ${code}`]);
    expect(found.tricks).toMatchObject([{ code }]);
  });
});

describe('what runs short is refused, and the edit is named', () => {
  it.each<[string, TestFiles, string, string]>([
    [
      'a skipped test',
      test("test('joins'", "test.skip('joins'"),
      'fail tests.skipped',
      'tests.newly-skipped',
    ],
    [
      'exit 0 in a test',
      test("  assert.equal(slug('Big", "  process.exit(0);\n  assert.equal(slug('Big"),
      'fail tests.incomplete',
      'tests.exit-zero',
    ],
  ])('%s', async (_what, change, expected, code) => {
    const found = await judge(change);
    expect(found.tests).toBe(expected);
    expect(found.tricks).toMatchObject([{ code, path: 'test/slug.test.js' }]);
  });

  it('a test file that is gone', async () => {
    const found = await judge({ 'test/slug.test.js': null });
    expect(found.tests.startsWith('fail ')).toBe(true);
    expect(found.tricks).toMatchObject([{ code: 'tests.fewer-assertions' }]);
  });

  it.each([
    ['TAP', 'TAP version 13\\nok 1 - lowers\\nok 2 - joins\\nok 3 - more\\n1..3'],
    [
      'JUnit',
      '<testsuites tests="3"><testcase name="a"/><testcase name="b"/><testcase name="c"/></testsuites>',
    ],
    ['a summary', '      Tests  4 passed (4)'],
  ])('%s that the source prints itself', async (_what, printed) => {
    const change = { 'src/slug.js': `${source}process.stdout.write('\\n${printed}\\n');\n` };
    // A runner that says no more than mocha does, in one process with the source: nothing keeps their outputs apart.
    const runner = "require('./src/slug.js'); console.log('\\n  2 passing (3ms)');";
    const { tests } = await judge(change, ['node', '-e', runner]);
    expect(tests).toBe('abstain tests.summaries-differ');
  });

  it('exit 0 in the source', async () => {
    expect((await judge({ 'src/slug.js': `${source}process.exit(0);\n` })).tests).toMatch(/^fail tests\./);
  });
});
