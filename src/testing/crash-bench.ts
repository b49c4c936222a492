import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '../adapters/clock/system.ts';
import { TreeWorkbench } from '../adapters/coding-agent/workbench.ts';
import { ChildFixMaker } from '../adapters/fix-maker/child-fix-maker.ts';
import { projectJobs } from '../adapters/test-runner/project-commands.ts';
import { SandboxTestMeasurer } from '../adapters/test-runner/sandbox-test-measurer.ts';
import { defaultFixLimits } from '../agents/crash-fix/limits.ts';
import {
  modelSamples,
  type SampleAsked,
  type Samples,
  type Sampling,
} from '../agents/crash-fix/run-samples.ts';
import { findFix } from '../agents/crash-fix/run-search.ts';
import type { FixAsked } from '../agents/crash-fix/run-trials.ts';
import type { Sha } from '../domain/change.ts';
import type { ModelSample } from '../domain/crash-fix.ts';
import type { ToolCall } from '../domain/recording.ts';
import type { Model } from '../ports/model.ts';
import type { WorkbenchCommands } from '../ports/workbench.ts';
import { HostSandbox } from './host-sandbox.ts';
import { TempGit, type TestFiles } from './temp-git.ts';

export const crashingCode = `exports.label = (user) => {
  return user.name.trim();
};
exports.twice = (a) => a * 2;
`;
export const ownTest = `const { test } = require('node:test');
const assert = require('node:assert');
const { label } = require('./label.js');
test('labels', () => assert.equal(label({ name: ' a ' }), 'a'));
`;
export const crashingFiles = { 'label.js': crashingCode, 'label.test.js': ownTest };

export const crashingCall = {
  file: 'label.js',
  steps: ['label'],
  args: [{ o: [['name', null]] }],
} satisfies FixAsked['call'];

const ownCommands = {
  install: null,
  build: null,
  test: ['node', 'label.test.js'],
  testSeconds: 60,
} as const;

/** Answers in turn, the last one for ever, and keeps what it was asked. */
export function saying(...all: readonly [ModelSample, ...ModelSample[]]): Samples & { asked: SampleAsked[] } {
  const asked: SampleAsked[] = [];
  const next = async (one: SampleAsked) => {
    asked.push(one);
    return all[Math.min(asked.length, all.length) - 1] ?? all[0];
  };
  return { most: all.length, next, asked };
}

/** A small project that crashes in production, and the real search for its fix. */
export class CrashBench {
  readonly git = new TempGit();
  readonly toolCalls: ToolCall[] = [];
  readonly #sandbox = new HostSandbox();
  readonly #workspace = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-fix-')));

  /** Not the first commit of all, which cannot be taken back. */
  tipOf(files: TestFiles): Sha {
    return this.git.commit('main', files, this.git.commit('main', { 'README.md': '' }));
  }

  get deps() {
    const { git } = this;
    const [sandbox, workspace] = [this.#sandbox, this.#workspace];
    const jobs = projectJobs({ git, sandbox, workspace, nodeVersion: '24' });
    const tests = new SandboxTestMeasurer(jobs);
    const open = (commit: Sha, commands: WorkbenchCommands) =>
      TreeWorkbench.open({ git, jobs, commit, commands });
    return { git, open, tests, maker: new ChildFixMaker(), clock: new SystemClock() };
  }

  /** The real loop of tools, with a model of a server. */
  samplesOf(model: Model, over: Partial<Sampling> = {}): Samples {
    const deps = this.deps;
    const { clock, open } = deps;
    return modelSamples(deps, {
      ...{ model, clock, protectedPaths: [], most: 1, rounds: 9, seconds: 30, nonce: () => 'f00d' },
      log: { recordCall: async (call) => void this.toolCalls.push(call) },
      open: (commit) => open(commit, ownCommands),
      ...over,
    });
  }

  search(tip: Sha, over: Partial<FixAsked> = {}) {
    const deps = this.deps;
    const limits = { ...defaultFixLimits, attempts: 4, fixes: 1 };
    const commands = ownCommands;
    return findFix(deps, { crash: crashAt(tip), tip, commands, limits, call: crashingCall, ...over });
  }

  remove(): void {
    this.#sandbox.remove();
    this.git.remove();
    rmSync(this.#workspace, { recursive: true, force: true });
  }
}

export function crashAt(commit: Sha) {
  const seen = new Date('2026-01-02T00:00:00Z');
  return {
    signature: 'ab12'.repeat(16),
    service: 'web',
    errorType: 'TypeError',
    message: "Cannot read properties of null (reading 'trim')",
    frames: [{ file: 'label.js', line: 2, column: 20 }],
    count: 3,
    firstSeen: seen,
    lastSeen: seen,
    commit,
  } satisfies FixAsked['crash'];
}
