import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestCommands } from '../../ports/test-runner.ts';
import { TempGit } from '../../testing/temp-git.ts';
import { BubblewrapSandbox } from '../sandbox/bubblewrap/bubblewrap-sandbox.ts';
import { projectJobs } from './project-commands.ts';
import { SandboxTestRunner } from './sandbox-test-runner.ts';

/** Runs the functions of suite.js, tells nothing, and writes JUnit. */
const runner = `const fs = require('node:fs');
const cases = Object.entries(require('./suite.js')).map(([name, test]) => {
  try { test(); return '<testcase name="' + name + '"/>'; }
  catch { process.exitCode = 1; return '<testcase name="' + name + '"><failure/></testcase>'; }
});
fs.mkdirSync('reports', { recursive: true });
if (!fs.existsSync('reports/junit.xml')) fs.writeFileSync('reports/junit.xml', '<testsuites>' + cases.join('') + '</testsuites>');
`;
const forged = '<testsuites><testcase name="forged"/></testsuites>';
const commands: TestCommands = {
  install: null,
  build: null,
  test: ['node', 'runner.js'],
  testSeconds: 60,
  report: 'reports/*.xml',
};

describe('a report that is written to a file in the sandbox', () => {
  let root: string;
  let git: TempGit;
  let tests: SandboxTestRunner;
  beforeAll(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-reports-')));
    chmodSync(root, 0o755);
    const workspace = join(root, 'jobs');
    mkdirSync(workspace, { mode: 0o711 });
    const sandbox = new BubblewrapSandbox({ workDir: root, stateDir: root });
    git = new TempGit();
    tests = new SandboxTestRunner(projectJobs({ git, sandbox, workspace, nodeVersion: process.version }));
  });
  afterAll(() => {
    git.remove();
    rmSync(root, { recursive: true, force: true });
  });

  const compare = (suite: string, over: Partial<TestCommands> = {}) => {
    const base = git.commit('main', { 'runner.js': runner, 'suite.js': 'exports.a = () => {};' });
    const head = git.commit('topic', { 'suite.js': suite, 'reports/junit.xml': forged }, base);
    return tests.compare({ ...commands, ...over }, { base, head, judgedBy: 'own' });
  };

  it('is read, anew for each run, and never that of the tree', async () => {
    const flaky = `const fs = require('node:fs');
      exports.a = () => { if (!fs.existsSync('again')) { fs.writeFileSync('again', ''); throw 1; } };`;
    const { base, head, rerun } = await compare(flaky);
    expect(base).toMatchObject({ code: 0, report: { tests: [{ name: 'a', state: 'ok' }], complete: true } });
    expect(head).toMatchObject({ code: 1, report: { tests: [{ name: 'a', state: 'not-ok' }] } });
    expect(rerun).toMatchObject({ code: 0, report: { tests: [{ name: 'a', state: 'ok' }] } });
  });

  it.each([
    ['a link', `fs.symlinkSync('/proc/self/environ', 'reports/junit.xml')`, /a link/],
    [
      'nothing',
      `fs.writeFileSync('reports/junit.xml', ''); process.on('exit', () => fs.rmSync('reports/junit.xml'))`,
      /did not/,
    ],
    [
      'a folder that cannot be read',
      `fs.mkdirSync('reports/junit.xml', { mode: 0 })`,
      // Only root can see how much is in it: for others it is over the limit.
      process.getuid?.() === 0 ? /not a regular file|kind/ : undefined,
    ],
    ['too much', `fs.writeFileSync('reports/junit.xml', Buffer.alloc(17 << 20, 32))`, /larger than/],
  ])(
    'counts nothing where the code of the head leaves %s, whatever it prints',
    async (_what, attack, says) => {
      const suite = `const fs = require('node:fs'); fs.mkdirSync('reports', { recursive: true });
      console.log('1..1\\nok 1 - a'); ${attack};`;
      const { base, head } = await compare(suite);
      expect(base).toMatchObject({ report: { counts: { ok: 1 } } });
      const unread = { kind: 'ran', code: 0, report: undefined };
      expect(head).toMatchObject(
        says === undefined
          ? { kind: 'limit', limit: 'disk' }
          : { ...unread, unread: expect.stringMatching(says) },
      );
    },
  );

  it('reads what Node itself writes there, and needs no output', async () => {
    const arguments_ = ['--test-reporter=junit', '--test-reporter-destination=reports/node.xml'] as const;
    const test = ['node', '--test', ...arguments_, 'suite.js'] as const;
    const suite = `require('node:test').test('one', () => { console.log('x'.repeat(9 << 20)); });`;
    const { head } = await compare(suite, { test });
    expect(head).toMatchObject({ kind: 'ran', code: 0, report: { tests: [{ name: 'test > one' }] } });
  });
});
