// What a start in the sandbox costs: `true` inside, over `true` started bare. Prints one JSON object.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BubblewrapSandbox } from '../src/adapters/sandbox/bubblewrap/bubblewrap-sandbox.ts';

const ROUNDS = 40;
const execute = promisify(execFile);

const workDir = await mkdtemp(join(tmpdir(), 'autoland-bench-'));
try {
  const sandbox = new BubblewrapSandbox({ workDir, stateDir: workDir });
  const { ok, findings } = await sandbox.probe();
  if (!ok) throw new Error(`the sandbox does not work here: ${JSON.stringify(findings)}`);
  const limits = { seconds: 10, memoryMiB: 128, processes: 16, diskMiB: 16, outputKiB: 16 };
  const job = { argv: ['true'], cwd: '/tmp', env: {}, mounts: [], network: 'none', limits } as const;
  const bare: number[] = [];
  const inside: number[] = [];
  // In turns, so that a busy moment of the machine falls on both.
  for (let round = 0; round < ROUNDS; round += 1) {
    bare.push(await milliseconds(() => execute('true')));
    inside.push(await milliseconds(() => sandbox.run(job)));
  }
  const report = { rounds: ROUNDS, bareMs: median(bare), sandboxMs: median(inside) };
  const ratio = report.sandboxMs / report.bareMs;
  const limitsBy = findings.find(({ check }) => check === 'limits')?.detail;
  console.log(
    JSON.stringify({ ...report, addedMs: report.sandboxMs - report.bareMs, ratio, limits: limitsBy }),
  );
} finally {
  await rm(workDir, { recursive: true, force: true });
}

async function milliseconds(act: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await act();
  return performance.now() - started;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
