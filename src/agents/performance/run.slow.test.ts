import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SandboxBenchmarker } from '../../adapters/benchmarker/sandbox-benchmarker.ts';
import { ChildRewriter } from '../../adapters/rewriter/child-rewriter.ts';
import { projectJobs } from '../../adapters/test-runner/project-commands.ts';
import { SandboxTestRunner } from '../../adapters/test-runner/sandbox-test-runner.ts';
import { HostSandbox } from '../../testing/host-sandbox.ts';
import { TempGit } from '../../testing/temp-git.ts';
import { type PerformanceSettings, runPerformanceAgent } from './run.ts';

let git: TempGit;
let sandbox: HostSandbox;
let workspace: string;
beforeEach(() => {
  git = new TempGit();
  sandbox = new HostSandbox();
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-performance-')));
});
afterEach(() => {
  sandbox.remove();
  git.remove();
  rmSync(workspace, { recursive: true, force: true });
});

/** Copies all that it has for each that it adds. */
const slow = `exports.index = (n) => Array(n).fill('a').reduce((all, row) => [...all, row.length], []);
exports.kind = (name) => { const kinds = { a: 1 }; return kinds[name]; };
exports.plain = (a) => a;
`;
const tests = `const { index, kind } = require('./a.js');
require('node:test').test('index', () => { require('node:assert').equal(index(3000).length, 3000); kind('a'); });
`;

function profileOf(
  functions: readonly (readonly [name: string, line: number, column: number, time: number])[],
): string {
  const nodes = functions.map(([functionName, lineNumber, columnNumber], at) => ({
    id: at + 2,
    callFrame: { functionName, url: 'file:///srv/app/a.js', lineNumber, columnNumber },
  }));
  const root = { id: 1, callFrame: { functionName: '(root)', url: '', lineNumber: -1, columnNumber: -1 } };
  const samples = [...functions.map((_, at) => at + 2), 1];
  const timeDeltas = [0, ...functions.map(([, , , time]) => time)];
  return JSON.stringify({ nodes: [root, ...nodes], samples, timeDeltas });
}
const hotIndex = ['exports.index', 0, 16, 80] as const;

function look(over: Partial<PerformanceSettings> = {}) {
  const jobs = projectJobs({ git, sandbox, workspace, nodeVersion: '24' });
  const benchmarker = new SandboxBenchmarker(jobs, {
    batchMs: 5,
    warmUpBatches: 1,
    batches: 2,
    pairMs: 30_000,
  });
  const deps = { git, rewriter: new ChildRewriter(), tests: new SandboxTestRunner(jobs), benchmarker };
  return runPerformanceAgent(deps, {
    target: 'main',
    asOf: new Date('2026-02-01T00:00:00Z'),
    profile: profileOf([hotIndex]),
    commands: { install: null, build: null, test: ['node', '--test'], testSeconds: 60 },
    benchmark: null,
    pairs: 7,
    seconds: 60,
    alpha: 0.01,
    leastGain: 5,
    maxMeasured: 3,
    maxOpen: 2,
    ignore: [],
    protectedPaths: [],
    open: [],
    earlier: [],
    ...over,
  });
}
const codes = ({ skipped }: Awaited<ReturnType<typeof look>>) => skipped.map(({ code }) => code);

describe('the agent for performance', () => {
  it('proposes what tests saw do the same and pairs of processes saw do it faster', async () => {
    const base = git.commit('main', { 'a.js': slow, 'a.test.js': tests });
    const { proposals, skipped } = await look();
    expect(skipped).toEqual([]);
    expect(proposals).toMatchObject([
      {
        source: 'agent:performance',
        title: 'Make index of a.js faster',
        target: 'main',
        record: {
          kind: 'a.js#index',
          base,
          items: [{ path: 'a.js', shareOfProfile: 1, assumes: ["Array(n).fill('a') is an array"] }],
          measured: { alpha: 0.01, callsCompared: expect.any(Number), machine: { node: '24' } },
        },
      },
    ]);
    const [made] = proposals;
    if (made === undefined) throw new Error('nothing was proposed');
    const { head, ref, record } = made;
    const { pairs, low } = record.measured as { pairs: unknown[]; low: number };
    expect(pairs).toHaveLength(7);
    expect(low).toBeGreaterThan(1.05);
    expect(await git.resolve(ref)).toBe(head);
    expect((await git.diff(base, head)).map(({ path }) => path)).toEqual(['a.js']);
    expect(`${await git.readFile(head, 'a.js')}`).toContain('all.push(row.length);');
    const known = { change: 'chg_1', base, outcome: 'held' as const, code: 'policy.class' };
    const keys = (record.items as { key: string }[]).map(({ key }) => key);
    expect(codes(await look({ earlier: [{ ...known, keys }] }))).toEqual(['performance.held']);
    expect(codes(await look({ open: ['a.js#index'] }))).toEqual(['performance.open']);
  });

  it('proposes nothing that no test calls, and nothing where the tests fail', async () => {
    git.commit('main', { 'a.js': slow, 'a.test.js': "require('node:test').test('none', () => {});\n" });
    expect(codes(await look())).toEqual(['performance.behaviour']);
    git.commit('main', { 'a.js': slow, 'a.test.js': "throw new Error('red');\n" });
    expect(codes(await look())).toEqual(['performance.tests']);
  });

  it('proposes no gain that is too small to show', async () => {
    git.commit('main', { 'a.js': slow, 'a.test.js': tests });
    const kind = ['exports.kind', 1, 15, 80] as const;
    const { proposals, skipped } = await look({ profile: profileOf([kind]), leastGain: 1000 });
    expect(proposals).toEqual([]);
    expect(skipped).toMatchObject([{ name: 'a.js:2 exports.kind', code: 'performance.no-gain' }]);
  });
});
