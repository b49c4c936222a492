/**
 * Resident memory of a running `up` that has nothing to do, by process, beside an empty Node process on the same
 * machine. Prints one JSON object; MB are 10^6 bytes, the median of several looks. `anonymous`: without the pages of
 * files (Node's own binary), which all processes share.
 * Usage: node bench/memory.ts [seconds to settle]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { median, rounded } from './support/figures.ts';
import { memoryOf, processesOf } from './support/processes.ts';
import { makeShop, removeShop } from './support/shop.ts';

const settleSeconds = Number(process.argv[2] ?? 10);
const limitMB = 150;
const looks = 5;
const autoland = join(import.meta.dirname, '..', 'bin', 'autoland');

const shop = await makeShop();
const env = { ...process.env, NODE_COMPILE_CACHE: join(shop.root, 'compiled') };
try {
  // Twice: what is measured is not the compiler's memory.
  await whileUp(async () => {});
  const empty = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' });
  try {
    await whileUp(async (pid) => {
      await sleep(settleSeconds * 1000);
      const pids = { ...(await processesOf(pid)), emptyNode: empty.pid ?? 0 };
      console.log(JSON.stringify(await report(pids)));
    });
  } finally {
    empty.kill('SIGKILL');
  }
} finally {
  await removeShop(shop);
}

async function report(pids: Readonly<Record<string, number>>) {
  const seen: Record<string, { resident: number; anonymous: number }[]> = {};
  for (let look = 0; look < looks; look += 1) {
    for (const [name, pid] of Object.entries(pids)) {
      seen[name] ??= [];
      seen[name].push(await memoryOf(pid));
    }
    await sleep(200);
  }
  const of = (name: string) => {
    const resident = median((seen[name] ?? []).map((one) => one.resident));
    const anonymous = median((seen[name] ?? []).map((one) => one.anonymous));
    return {
      residentMB: rounded(resident, 1),
      anonymousMB: rounded(anonymous, 1),
      ofLimit: rounded(resident / limitMB),
    };
  };
  const processes = Object.fromEntries(Object.keys(pids).map((name) => [name, of(name)]));
  return { bench: 'memory', settleSeconds, limitMB, processes };
}

async function whileUp(act: (pid: number) => Promise<void>): Promise<void> {
  const args = ['up', '--repo', shop.repo, '--state', shop.state, '--port', '0', '--ephemeral', '--json'];
  const up = spawn(autoland, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(up, 'exit');
  try {
    await Promise.race([
      ready(up.stdout),
      ended.then(() => {
        throw new Error('up ended before it was ready');
      }),
    ]);
    await act(up.pid ?? 0);
  } finally {
    up.stdin.end();
    await ended;
  }
}

async function ready(output: NodeJS.ReadableStream): Promise<void> {
  for await (const line of createInterface({ input: output })) if (JSON.parse(line).event === 'ready') return;
}
