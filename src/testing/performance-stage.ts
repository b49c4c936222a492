import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SandboxBenchmarker } from '../adapters/benchmarker/sandbox-benchmarker.ts';
import { ChildRewriter } from '../adapters/rewriter/child-rewriter.ts';
import { projectJobs } from '../adapters/test-runner/project-commands.ts';
import { SandboxTestRunner } from '../adapters/test-runner/sandbox-test-runner.ts';
import {
  type PerformanceReport,
  type PerformanceSettings,
  runPerformanceAgent,
} from '../agents/performance/run.ts';
import { HostSandbox } from './host-sandbox.ts';
import { TempGit } from './temp-git.ts';

/** Copies all that it has for each that it adds. */
export const slowCode = `exports.index = (n) => Array(n).fill('a').reduce((all, row) => [...all, row.length], []);
exports.kind = (name) => { const kinds = { a: 1 }; return kinds[name]; };
exports.plain = (a) => a;
`;
export const slowCodeTests = `const { index, kind } = require('./a.js');
require('node:test').test('index', () => { require('node:assert').equal(index(3000).length, 3000); kind('a'); });
`;

export function profileOf(
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

/** A project whose code is slow, and the agent that measures it in short batches. */
export class PerformanceStage {
  readonly git = new TempGit();
  readonly #sandbox = new HostSandbox();
  readonly #workspace = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-performance-')));

  close(): void {
    this.#sandbox.remove();
    this.git.remove();
    rmSync(this.#workspace, { recursive: true, force: true });
  }

  look(over: Partial<PerformanceSettings> = {}): Promise<PerformanceReport> {
    const { git } = this;
    const jobs = projectJobs({ git, sandbox: this.#sandbox, workspace: this.#workspace, nodeVersion: '24' });
    const short = { batchMs: 5, warmUpBatches: 1, batches: 2, pairMs: 30_000 };
    const benchmarker = new SandboxBenchmarker(jobs, short);
    const deps = { git, rewriter: new ChildRewriter(), tests: new SandboxTestRunner(jobs), benchmarker };
    return runPerformanceAgent(deps, { ...settings, ...over });
  }
}

const settings: PerformanceSettings = {
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
};
