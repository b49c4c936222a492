import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { Limiter } from '../../domain/limiter.ts';
import { isRecord } from '../../domain/npm/hostile-json.ts';
import type { BenchmarkPair, BenchmarkRun } from '../../domain/performance.ts';
import { printable } from '../../domain/printable.ts';
import type { Benchmarker, BenchmarkJob } from '../../ports/benchmarker.ts';
import type { TestCommands } from '../../ports/test-runner.ts';
import type { BenchmarkOrder } from '../recorder/inside/benchmark/protocol.ts';
import { writeKit } from '../recorder/kit.ts';
import { tailOf } from '../test-runner/job-result.ts';
import type { ProjectJobs } from '../test-runner/project-commands.ts';
import { SideTrees } from '../test-runner/side-trees.ts';

type Times = Pick<BenchmarkOrder, 'batchMs' | 'warmUpBatches' | 'batches' | 'pairMs'>;

const usual: Times = { batchMs: 20, warmUpBatches: 12, batches: 15, pairMs: 120_000 };
/** Arguments are made ready before a batch, and have to fit into memory. */
const limits = { calls: 20_000, bytes: 32 * 1024 * 1024 };
const inside = {
  kit: '/autoland/recorder',
  order: '/autoland/benchmark',
  base: '/autoland/base',
  head: '/autoland/head',
};

/** Both sides' trees in one job: what else the machine does meets both. */
export class SandboxBenchmarker implements Benchmarker {
  readonly #limiter = new Limiter(1);
  readonly #jobs: ProjectJobs;
  readonly #times: Times;

  constructor(jobs: ProjectJobs, times: Partial<Times> = {}) {
    this.#jobs = jobs;
    this.#times = { ...usual, ...times };
  }

  compare(commands: Pick<TestCommands, 'install' | 'build'>, job: BenchmarkJob): Promise<BenchmarkRun> {
    return this.#limiter.run(async () => {
      const trees = await SideTrees.open(this.#jobs, commands, { ...job, judgedBy: 'own' });
      try {
        for (const side of ['base', 'head'] as const) {
          const failed = await trees.ready(trees[side]);
          if (failed !== undefined) return { kind: 'failed', why: `could not ${failed.phase} the ${side}` };
        }
        return await this.#run(trees, job);
      } finally {
        await trees.remove();
      }
    });
  }

  async #run(trees: SideTrees, job: BenchmarkJob): Promise<BenchmarkRun> {
    const [kit, order] = [join(trees.job, 'kit'), join(trees.job, 'order')];
    await writeKit(kit);
    await mkdir(order);
    await writeFile(join(order, 'settings.json'), JSON.stringify(this.#orderFor(job)));
    const argv = ['node', `${inside.kit}/benchmark/drive.js`] as const;
    const result = await this.#jobs.commands.run(argv, join(trees.job, 'work'), {
      phase: 'test',
      seconds: job.seconds,
      env: { AUTOLAND_BENCHMARK: `${inside.order}/settings.json` },
      mounts: [
        { source: kit, target: inside.kit, mode: 'read' },
        { source: order, target: inside.order, mode: 'read' },
        { source: trees.base, target: inside.base, mode: 'write' },
        { source: trees.head, target: inside.head, mode: 'write' },
      ],
    });
    if (result.kind === 'limit') return { kind: 'failed', why: `went over its limit of ${result.limit}` };
    if (result.code !== 0)
      return { kind: 'failed', why: `ended with ${result.code}: ${tailOf(result).slice(-400)}` };
    return this.#read(result.stdout, job);
  }

  #orderFor({ calls, pairs }: BenchmarkJob): BenchmarkOrder {
    const bytes = Math.max(1, JSON.stringify(calls).length);
    const mostCalls = Math.min(limits.calls, Math.floor(limits.bytes / bytes) * calls.length);
    return { ...this.#times, base: inside.base, head: inside.head, calls, pairs, mostCalls };
  }

  #read(stdout: string, job: BenchmarkJob): BenchmarkRun {
    const answer = parse(stdout.trim().split('\n').at(-1) ?? '');
    if (isRecord(answer) && typeof answer.why === 'string')
      return { kind: 'failed', why: printable(answer.why).slice(0, 400) };
    const pairs = isRecord(answer) && Array.isArray(answer.pairs) ? answer.pairs.filter(isPair) : [];
    if (!isRecord(answer) || typeof answer.calls !== 'number' || pairs.length !== job.pairs)
      return { kind: 'failed', why: 'did not say what it measured' };
    return { kind: 'measured', pairs, calls: answer.calls, machine: this.#machine() };
  }

  #machine() {
    const [cpu] = cpus();
    const name = cpu?.model.trim() ?? '';
    return {
      node: this.#jobs.nodeVersion,
      platform: `${process.platform} ${process.arch}`,
      cpu: name === '' ? 'unknown' : name,
      cpus: availableParallelism(),
    };
  }
}

function isPair(value: unknown): value is BenchmarkPair {
  if (!isRecord(value)) return false;
  return [value.baseMs, value.headMs].every((ms) => typeof ms === 'number' && ms > 0 && Number.isFinite(ms));
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
