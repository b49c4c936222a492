/**
 * Resident memory of autoland's processes while the demo runs, and the demo's own last line. Prints one JSON object;
 * MB are 10^6 bytes. `medianMB`: of a look each second; `peakMB`: the most at any moment.
 * Usage: node bench/demo-memory.ts
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { median, rounded } from './support/figures.ts';
import { childrenOf, commandOf, memoryOf, processesOf } from './support/processes.ts';

const limitMB = 150;
const autoland = join(import.meta.dirname, '..', 'bin', 'autoland');

const demo = spawn(autoland, ['demo', '--port', '0', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
const ended = once(demo, 'exit');
let last = '{}';
createInterface({ input: demo.stdout }).on('line', (line) => {
  last = line;
});

const seen: Record<string, { resident: number[]; peak: number }> = {};
while (demo.exitCode === null) {
  for (const [name, pid] of Object.entries(await found(demo.pid ?? 0))) await look(name, pid);
  await Promise.race([ended, sleep(1000)]);
}
const { landed, refused, rolledBack, seconds, traffic } = JSON.parse(last);
const processes = Object.fromEntries(
  Object.entries(seen).map(([name, { resident, peak }]) => [
    name,
    {
      medianMB: rounded(median(resident), 1),
      peakMB: rounded(peak, 1),
      peakOfLimit: rounded(peak / limitMB),
    },
  ]),
);
console.log(
  JSON.stringify(
    { limitMB, processes, demo: { landed, refused, rolledBack, seconds, traffic } },
    undefined,
    2,
  ),
);
process.exitCode = demo.exitCode ?? 1;

async function look(name: string, pid: number): Promise<void> {
  const { resident, peak } = await memoryOf(pid);
  if (!(peak > 0)) return;
  seen[name] ??= { resident: [], peak: 0 };
  seen[name].resident.push(resident);
  seen[name].peak = Math.max(seen[name].peak, peak);
}

/** The demo starts `up` and its users; what `up` starts it names itself. */
async function found(pid: number): Promise<Record<string, number>> {
  const all: Record<string, number> = {};
  for (const child of [pid, ...(await childrenOf(pid))]) {
    const command = await commandOf(child);
    if (command.includes('/main.ts up ')) Object.assign(all, await processesOf(child));
    if (command.includes('/main.ts demo ')) all.demo = child;
  }
  return all;
}
