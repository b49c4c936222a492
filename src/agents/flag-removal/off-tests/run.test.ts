import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChildFlagRemover } from '../../../adapters/flag-remover/child-flag-remover.ts';
import { ChildProver } from '../../../adapters/prover/child-prover.ts';
import { projectJobs } from '../../../adapters/test-runner/project-commands.ts';
import { SandboxTestRunner } from '../../../adapters/test-runner/sandbox-test-runner.ts';
import type { TestComparison, TestState } from '../../../domain/test-comparison.ts';
import type { TestCommands } from '../../../ports/test-runner.ts';
import { HostSandbox } from '../../../testing/host-sandbox.ts';
import { TempGit, type TestFiles } from '../../../testing/temp-git.ts';
import { testRun } from '../../../testing/test-runs.ts';
import { type OffTestsDeps, runOffTests } from './run.ts';

let git: TempGit;
beforeEach(() => {
  git = new TempGit();
});
afterEach(() => git.remove());

const commands: TestCommands = { install: null, build: null, test: ['node', '--test'], testSeconds: 60 };
const [remover, prover] = [new ChildFlagRemover(), new ChildProver()];
const path = 'test/price.test.js';
const head = "const { test } = require('node:test');\nconst price = require('../src/price.js');\n";
const old = "test('asks less', () => { if (price(1) !== 1) throw new Error('no'); });\n";
const free = "test('is free', () => { if (price(0) !== 0) throw new Error('no'); });\n";
const files: TestFiles = {
  'src/price.js': 'module.exports = (n) => (process.env.ON ? 2 * n : n);\n',
  [path]: `${head}${old}${free}`,
  'test/other.test.js': `${head}${free.replace('is free', 'is for nothing')}`,
};

async function take(tests: OffTestsDeps['tests'], over: Partial<OffTestsDeps> = {}, changed: TestFiles = {}) {
  const base = git.commit('main', { ...files, ...changed });
  const made = new Map([['src/price.js', Buffer.from('module.exports = (n) => 2 * n;\n')]]);
  const at = new Date('2026-03-10T00:00:00Z');
  const listed = (await git.list(base, '')).map((file) => file.path);
  const draft = { base, files: made, message: 'x', at, listed };
  return runOffTests({ git, remover, prover, tests, ...over }, commands, draft);
}

it('finds the tests that fail once the flag is gone, makes no branch, and takes them out', async () => {
  const sandbox = new HostSandbox();
  const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-off-tests-')));
  try {
    const tests = new SandboxTestRunner(projectJobs({ git, sandbox, workspace, nodeVersion: '24' }));
    const base = `${head}${old}${free}`;
    expect(await take(tests)).toEqual([{ path, base, head: `${head}${free}` }]);
    await expect(git.resolve('refs/heads/autoland/nobody')).rejects.toThrow();
    expect(await take(tests, {}, { [path]: `${head}${free}` })).toEqual([]);
  } finally {
    sandbox.remove();
    rmSync(workspace, { recursive: true, force: true });
  }
});

const ran = (states: Readonly<Record<string, TestState>>) => testRun(Object.entries(states));
const green = { 'asks less': 'ok', 'is free': 'ok' } as const;
const red = ran({ ...green, 'asks less': 'not-ok' });
const said = (over: Partial<TestComparison>): OffTestsDeps['tests'] => ({
  compare: async () => ({ base: ran(green), head: red, rerun: red, ...over }),
});

describe('the tests that go with a flag are left to a person', () => {
  const unread = { remove: async () => undefined, removeTests: async () => undefined };
  const greedy = {
    ...unread,
    removeTests: async () => ({ kind: 'removed' as const, files: [{ path, text: head }] }),
  };
  const sly = {
    ...unread,
    removeTests: async () => ({
      kind: 'removed' as const,
      files: [{ path, text: `${head}${free.replace('price(0)', '0')}` }],
    }),
  };
  const blind = { flags: async () => undefined, removedTests: async () => undefined };
  it.each<[string, Partial<TestComparison>, Partial<OffTestsDeps>, TestFiles, RegExp]>([
    ['the base is red', { base: red }, {}, {}, /do not pass on the base/],
    ['one fails only once', { rerun: ran(green) }, {}, {}, /"asks less" does not end the same way/],
    [
      'one is not found',
      {},
      {},
      { [path]: `${head}for (const t of ['asks less']) test(t, () => {});` },
      /is not found/,
    ],
    ['one is found twice', {}, {}, { 'test/more.test.js': `${head}${old}` }, /stands in the code 2 times/],
    ['nobody can read them', {}, { remover: unread }, {}, /could not be read/],
    ['more would go', {}, { remover: greedy }, {}, /more tests would go than fail/],
    ['another one would change', {}, { remover: sly }, {}, /price\.test\.js:3: it is new/],
    ['nobody can compare them', {}, { prover: blind }, {}, /could not be compared/],
  ])('where %s', async (_what, over, deps, changed, why) => {
    expect(await take(said(over), deps, changed)).toMatch(why);
  });
});
