import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RecordedCall } from '../../domain/recorded-call.ts';
import { HostSandbox } from '../../testing/host-sandbox.ts';
import { TempGit } from '../../testing/temp-git.ts';
import { projectJobs } from '../test-runner/project-commands.ts';
import { SandboxBenchmarker } from './sandbox-benchmarker.ts';

let git: TempGit;
let sandbox: HostSandbox;
let workspace: string;
beforeEach(() => {
  git = new TempGit();
  sandbox = new HostSandbox();
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-benchmark-')));
});
afterEach(() => {
  sandbox.remove();
  git.remove();
  rmSync(workspace, { recursive: true, force: true });
});

const slow = `export const sum = (n) => { let all = 0; for (let i = 0; i < n; i++) all += Math.sqrt(i); return all; };\n`;
const fast = slow.replace('i < n;', 'i < n / 1000;');
const call = (name: string, ...args: RecordedCall['args']): RecordedCall => ({
  package: 'sum.js',
  kind: 'call',
  steps: ['sum.js', name],
  args,
});

async function compare(base: string, head: string, calls: readonly RecordedCall[], pairMs = 30_000) {
  const commit = (text: string) =>
    git.commit('main', { 'sum.js': text, 'package.json': '{"type":"module"}' });
  const jobs = projectJobs({ git, sandbox, workspace, nodeVersion: '24' });
  const times = { batchMs: 15, warmUpBatches: 2, batches: 3, pairMs };
  const sides = { base: commit(base), head: commit(head) };
  const run = { ...sides, calls, pairs: 2, seconds: 60 };
  return new SandboxBenchmarker(jobs, times).compare({ install: null, build: null }, run);
}

describe('SandboxBenchmarker', () => {
  it('measures both sides in pairs of fresh processes, and leaves nothing behind', async () => {
    const run = await compare(slow, fast, [call('sum', 10_000_000), call('sum', 15_000_000)]);
    if (run.kind !== 'measured') throw new Error(run.why);
    expect(run.pairs).toHaveLength(2);
    // A thousandth of what takes longer than a message does on the busiest machine.
    for (const { baseMs, headMs } of run.pairs) expect(baseMs / headMs).toBeGreaterThan(2);
    expect(run.calls % 2).toBe(0);
    expect(readdirSync(workspace)).toEqual([]);
  });

  it('measures nothing that only one side can do', async () => {
    expect(await compare(slow, 'export const other = 1;\n', [call('sum', 1)])).toEqual({
      kind: 'failed',
      why: 'found no sum.js.sum in the head',
    });
  });

  it('says so when the code ends its process, or does not come to an end', async () => {
    const ends = 'export const sum = () => process.kill(process.pid, "SIGKILL");\n';
    expect(await compare(slow, ends, [call('sum', 1)])).toMatchObject({
      kind: 'failed',
      why: 'lost the process of the head before its last call',
    });
    const hangs = 'export const sum = () => { for (;;); };\n';
    expect(await compare(slow, hangs, [call('sum', 1)], 600)).toMatchObject({
      why: 'took over 0.6 seconds for one pair of processes',
    });
  });

  it('runs the one function of a benchmark file', async () => {
    const own: RecordedCall = { package: 'sum.js', kind: 'call', steps: ['sum.js'], args: [] };
    const text = 'export default async function run() { console.log("x"); throw new Error("none"); }\n';
    expect(await compare(text, text, [own])).toMatchObject({ kind: 'measured' });
  });
});
