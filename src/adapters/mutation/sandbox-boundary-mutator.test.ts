import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BoundaryMutant, boundaryFaults } from '../../domain/boundary-mutation.ts';
import type { TestCommands } from '../../ports/test-runner.ts';
import { HostSandbox } from '../../testing/host-sandbox.ts';
import { TempGit, type TestFiles } from '../../testing/temp-git.ts';
import { projectJobs } from '../test-runner/project-commands.ts';
import { SandboxBoundaryMutator } from './sandbox-boundary-mutator.ts';

let git: TempGit;
let sandbox: HostSandbox;
let workspace: string;
beforeEach(() => {
  git = new TempGit();
  sandbox = new HostSandbox();
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-boundary-')));
});
afterEach(() => {
  sandbox.remove();
  git.remove();
  rmSync(workspace, { recursive: true, force: true });
});

const commands: TestCommands = { install: null, build: null, test: ['node', '--test'], testSeconds: 60 };
const library = `
  add(a, b) { return a + b; },
  list() { return [1, 2]; },
  async later(n) { if (n < 0) throw new TypeError('no'); return n; },
  quiet() {},
  Box: class Box { constructor() { this.size = 1; } grow() { return this.size + 1; } },`;

function files(kind: 'cjs' | 'esm', body: string): TestFiles {
  const esm = kind === 'esm';
  const head = esm
    ? `import test from 'node:test'; import assert from 'node:assert'; import lib from 'lib';`
    : `const test = require('node:test'), assert = require('node:assert'), lib = require('lib');`;
  return {
    [`a.test.${esm ? 'mjs' : 'cjs'}`]: `${head}\ntest('client', async () => { ${body} });`,
    'node_modules/lib/package.json': JSON.stringify({
      name: 'lib',
      version: '1.0.0',
      type: esm ? 'module' : 'commonjs',
      exports: './index.js',
    }),
    'node_modules/lib/index.js': `${esm ? 'export default' : 'module.exports ='} {${library}};`,
  };
}

async function tried(tree: TestFiles, paths: readonly string[], seconds = 120) {
  const chosen = paths.flatMap((path) =>
    boundaryFaults.map((fault): BoundaryMutant => ({ id: `${path} ${fault}`, package: 'lib', path, fault })),
  );
  const mutator = new SandboxBoundaryMutator(projectJobs({ git, sandbox, workspace, nodeVersion: '24' }));
  const trial = { packages: ['lib'], chosen, seconds, advice: false };
  const run = await mutator.run(commands, git.commit('main', tree), trial);
  return { run, states: run.kind === 'ran' ? Object.fromEntries(run.states) : undefined };
}

describe('SandboxBoundaryMutator', () => {
  it.each([
    ['cjs', 'lib'],
    ['esm', 'lib.default'],
  ] as const)('says which faults the tests notice (%s)', async (kind, lib) => {
    const body = `
      assert.equal(lib.add(1, 2), 3);
      assert.ok(Array.isArray(lib.list()));
      lib.quiet();
      await assert.rejects(lib.later(-1), TypeError);`;
    const { run, states } = await tried(files(kind, body), [
      `${lib}.add`,
      `${lib}.list`,
      `${lib}.later`,
      `${lib}.quiet`,
      `${lib}.none`,
    ]);
    expect(run).toMatchObject({ kind: 'ran', steady: true });
    expect(states).toEqual({
      [`${lib}.add throw`]: 'killed',
      [`${lib}.add nothing`]: 'killed',
      [`${lib}.add other`]: 'killed',
      [`${lib}.list throw`]: 'killed',
      [`${lib}.list nothing`]: 'killed',
      [`${lib}.list other`]: 'survived',
      // It rejects as it is: only an answer is something else.
      [`${lib}.later throw`]: 'unreached',
      [`${lib}.later nothing`]: 'killed',
      [`${lib}.later other`]: 'unreached',
      [`${lib}.quiet throw`]: 'killed',
      [`${lib}.quiet nothing`]: 'unreached',
      [`${lib}.quiet other`]: 'unreached',
      [`${lib}.none throw`]: 'unreached',
      [`${lib}.none nothing`]: 'unreached',
      [`${lib}.none other`]: 'unreached',
    });
    expect(readdirSync(workspace)).toEqual([]);
    expect(sandbox.jobs.every(({ network }) => network === 'none')).toBe(true);
  });

  it('tells a constructor from its methods, and a promise from what it settles to', async () => {
    const body = `
      const box = new lib.Box();
      assert.equal(box.grow(), 2);
      let caught = 0;
      await lib.later(4).catch(() => caught++);`;
    const { states } = await tried(files('cjs', body), ['new lib.Box', 'lib.Box().grow', 'lib.later']);
    expect(states).toEqual({
      'new lib.Box throw': 'killed',
      'new lib.Box nothing': 'killed',
      'new lib.Box other': 'unreached',
      'lib.Box().grow throw': 'killed',
      'lib.Box().grow nothing': 'killed',
      'lib.Box().grow other': 'killed',
      // A function that promises never throws: the test's `catch` takes the rejection.
      'lib.later throw': 'survived',
      'lib.later nothing': 'survived',
      'lib.later other': 'survived',
    });
  });

  it('measures nothing where the tests fail without any fault', async () => {
    const { run } = await tried(files('cjs', 'assert.fail()'), ['lib.add']);
    expect(run).toMatchObject({ kind: 'red', phase: 'test' });
    expect(sandbox.jobs).toHaveLength(1);
  });

  it('begins no mutant when its time is over', async () => {
    const { run } = await tried(files('cjs', 'lib.add(1, 2)'), ['lib.add'], 0);
    expect(run).toMatchObject({ kind: 'ran', steady: true });
    expect(run.kind === 'ran' && run.states.size).toBe(0);
  });

  it('sees that it is not the faults that make the tests fail', async () => {
    const counting = `
      const fs = require('node:fs');
      fs.appendFileSync('runs', '.');
      lib.add(1, 2);
      assert.ok(fs.readFileSync('runs', 'utf8').length < 2);`;
    const { run } = await tried(files('cjs', counting), ['lib.add']);
    expect(run).toMatchObject({ kind: 'ran', steady: false });
  });
});
