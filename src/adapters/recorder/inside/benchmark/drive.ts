import { type ChildProcess, fork } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BenchmarkOrder, BenchmarkResult, FromWorker, ToWorker } from './protocol.ts';

/*
 * Runs pairs of fresh processes, one a side, and lets them make the same calls in turns. It loads no file of the project, and takes the
 * time by its own clock.
 */
type SideName = 'base' | 'head';
type Pair = { readonly baseMs: number; readonly headMs: number };

const worker = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url),
);

/** One side's process. */
class Side {
  readonly name: SideName;
  readonly #child: ChildProcess;

  constructor(name: SideName, cwd: string) {
    this.name = name;
    // What the project prints is nobody's to read; which option its tests run with is not known.
    this.#child = fork(worker, { cwd, stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: [] });
    this.#child.on('error', () => undefined);
  }

  async load(calls: BenchmarkOrder['calls']): Promise<void> {
    const answer = await this.#ask(calls);
    if ('missing' in answer) throw new Error(`found no ${answer.missing} in the ${this.name}`);
  }

  /** How long the batch took, in ms. */
  async time(rounds: number): Promise<number> {
    await this.#ask({ prepare: rounds } satisfies ToWorker);
    const before = process.hrtime.bigint();
    await this.#ask({ go: true } satisfies ToWorker);
    return Number(process.hrtime.bigint() - before) / 1e6;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #ask(message: object): Promise<FromWorker> {
    return new Promise((resolve, reject) => {
      const child = this.#child;
      const gone = () => reject(new Error(`lost the process of the ${this.name} before its last call`));
      child.once('exit', gone);
      child.once('message', (answer) => {
        child.off('exit', gone);
        resolve(answer as FromWorker);
      });
      child.send(message, (error) => error && gone());
    });
  }
}

export async function drive(order: BenchmarkOrder): Promise<BenchmarkResult> {
  const pairs: Pair[] = [];
  try {
    const rounds = await inTime(order, ['base'], ([base]) => roundsFor(order, base));
    for (let at = 0; at < order.pairs; at++) {
      // Whatever comes of being first meets both alike.
      const names = isHeads() ? (['base', 'head'] as const) : (['head', 'base'] as const);
      pairs.push(await inTime(order, names, (sides) => measure(order, sides, rounds)));
    }
    return { pairs, calls: rounds * order.calls.length };
  } catch (thrown) {
    return { why: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

const isHeads = () => randomInt(2) === 0;

/** With fresh processes, which are gone at the end. */
async function inTime<Result>(
  order: BenchmarkOrder,
  names: readonly SideName[],
  act: (sides: readonly Side[]) => Promise<Result>,
): Promise<Result> {
  const sides = names.map((name) => new Side(name, order[name]));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const why = new Error(`took over ${order.pairMs / 1000} seconds for one pair of processes`);
    timer = setTimeout(() => reject(why), order.pairMs);
  });
  const loaded = async () => {
    for (const side of sides) await side.load(order.calls);
    return act(sides);
  };
  try {
    return await Promise.race([loaded(), late]);
  } finally {
    clearTimeout(timer);
    for (const side of sides) side.kill();
  }
}

async function measure(order: BenchmarkOrder, sides: readonly Side[], rounds: number): Promise<Pair> {
  // The same for both, also of what only warms them up.
  for (let batch = 0; batch < order.warmUpBatches; batch++) for (const side of sides) await side.time(rounds);
  const times: { readonly [Name in SideName]: number[] } = { base: [], head: [] };
  for (let batch = 0; batch < order.batches; batch++)
    for (const side of isHeads() ? sides : sides.toReversed()) times[side.name].push(await side.time(rounds));
  return { baseMs: quarter(times.base), headMs: quarter(times.head) };
}

/** By the base's time alone: how long the head takes must not decide how much of it is measured. */
async function roundsFor(
  { batchMs, calls, mostCalls }: BenchmarkOrder,
  base: Side | undefined,
): Promise<number> {
  const most = Math.max(1, Math.floor(mostCalls / calls.length));
  let rounds = 1;
  while (rounds < most && base !== undefined && (await base.time(rounds)) < batchMs)
    rounds = Math.min(most, rounds * 2);
  return rounds;
}

/** What else the machine does only adds to it. */
function quarter(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 4)] ?? Number.NaN;
}

const order = process.env.AUTOLAND_BENCHMARK;
if (order !== undefined) {
  delete process.env.AUTOLAND_BENCHMARK;
  const result = await drive(JSON.parse(readFileSync(order, 'utf8')) as BenchmarkOrder);
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
}
