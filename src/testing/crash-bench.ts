import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '../adapters/clock/system.ts';
import { ChildFixMaker } from '../adapters/fix-maker/child-fix-maker.ts';
import { projectJobs } from '../adapters/test-runner/project-commands.ts';
import { SandboxTestMeasurer } from '../adapters/test-runner/sandbox-test-measurer.ts';
import { defaultFixLimits, type FixAsked, findFix } from '../agents/crash-fix/run-search.ts';
import type { Sha } from '../domain/change.ts';
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

/** A small project that crashes in production, and the real search for its fix. */
export class CrashBench {
  readonly git = new TempGit();
  readonly #sandbox = new HostSandbox();
  readonly #workspace = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-fix-')));

  /** Not the first commit of all, which cannot be taken back. */
  tipOf(files: TestFiles): Sha {
    return this.git.commit('main', files, this.git.commit('main', { 'README.md': '' }));
  }

  search(tip: Sha, over: Partial<FixAsked> = {}) {
    const { git } = this;
    const [sandbox, workspace] = [this.#sandbox, this.#workspace];
    const tests = new SandboxTestMeasurer(projectJobs({ git, sandbox, workspace, nodeVersion: '24' }));
    const deps = { git, tests, maker: new ChildFixMaker(), clock: new SystemClock() };
    const limits = { ...defaultFixLimits, attempts: 4, fixes: 1 };
    const commands = {
      install: null,
      build: null,
      test: ['node', 'label.test.js'],
      testSeconds: 60,
    } as const;
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
