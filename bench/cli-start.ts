/**
 * From a command to its first output, beside `node -e 0` in the same run: --help, and status and explain on a journal
 * of some hundreds of changes. Prints one JSON object; times in milliseconds. `first`: with nothing compiled yet.
 * Usage: node bench/cli-start.ts [rounds] [changes]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SystemClock } from '../src/adapters/clock/system.ts';
import { openStore } from '../src/adapters/store/sqlite-store.ts';
import { changeIdOf } from '../src/domain/change.ts';
import type { NewEvent } from '../src/domain/journal.ts';
import { type StageName, stageNames } from '../src/domain/stage.ts';
import { sampleClassification } from '../src/testing/changes.ts';
import { median, rounded } from './support/figures.ts';
import { makeShop, removeShop } from './support/shop.ts';

const rounds = Number(process.argv[2] ?? 9);
const changes = Number(process.argv[3] ?? 300);
const limitMs = 500;
const autoland = join(import.meta.dirname, '..', 'bin', 'autoland');

const shop = await makeShop();
try {
  const last = await fillJournal(join(shop.state, 'journal.db'));
  const place = ['--repo', shop.repo, '--state', shop.state];
  const commands = {
    help: ['--help'],
    status: ['status', ...place],
    explain: ['explain', last, ...place],
  };
  const cache = join(shop.root, 'compiled');
  const first: Record<string, number> = {};
  for (const [name, args] of Object.entries(commands))
    first[name] = await firstOutput(autoland, args, join(cache, name));
  const times: Record<string, number[]> = { node: [] };
  for (let round = 0; round < rounds; round += 1) {
    // In turns, so that a busy moment of the machine falls on all.
    times.node?.push(await untilExit(process.execPath, ['-e', '0']));
    for (const [name, args] of Object.entries(commands)) {
      times[name] ??= [];
      times[name].push(await firstOutput(autoland, args, join(cache, name)));
    }
  }
  const node = median(times.node ?? []);
  const of = (name: string) => {
    const p50 = median(times[name] ?? []);
    return {
      first: rounded(first[name] ?? Number.NaN),
      p50: rounded(p50),
      ofNode: rounded(p50 / node),
      ofLimit: rounded(p50 / limitMs),
    };
  };
  const report = { bench: 'cli-start', rounds, changes, limitMs, node: rounded(node) };
  const each = Object.fromEntries(Object.keys(commands).map((name) => [name, of(name)]));
  console.log(JSON.stringify({ ...report, ...each }));
} finally {
  await removeShop(shop);
}

async function fillJournal(file: string): Promise<string> {
  await mkdir(join(file, '..'), { recursive: true });
  const store = await openStore({ file, clock: new SystemClock(), mode: 'write' });
  let id = '';
  for (let n = 0; n < changes; n += 1) {
    const events = changeEvents(n);
    id = events[0]?.change ?? '';
    await store.append({ events });
  }
  store.close();
  return id;
}

/** As the engine journals a change that lands. */
function changeEvents(n: number): NewEvent[] {
  const head = n.toString(16).padStart(40, '0');
  const proposal = {
    source: 'agent:dependency',
    title: `update ${n}`,
    head,
    ref: `refs/heads/autoland/${n}`,
  };
  const change = changeIdOf(proposal);
  const event = (type: string, data: NewEvent['data']): NewEvent => ({
    type,
    change,
    actor: 'verifier',
    data,
  });
  const results: Partial<Record<StageName, NewEvent['data']>> = {
    classify: JSON.parse(JSON.stringify(sampleClassification({ base: head, tree: head }))),
    guardrails: { verdict: 'pass', results: [] },
    merge: { commit: head, onto: head },
    release: { deploys: false, why: 'nothing runs differently', sameAsStable: false },
    rollout: { ran: false, why: 'nothing was released' },
  };
  return [
    event('change.proposed', { ...proposal, target: 'main', record: {} }),
    ...stageNames
      .filter((stage) => stage !== 'conclude')
      .map((stage) =>
        event('stage.finished', { stage, round: 0, data: results[stage] ?? { codes: [], reasons: [] } }),
      ),
    event('change.concluded', { outcome: 'landed', code: 'landed.merged', reasons: ['merged'] }),
  ];
}

async function firstOutput(file: string, args: readonly string[], cache: string): Promise<number> {
  const begun = performance.now();
  const env = { ...process.env, NODE_COMPILE_CACHE: cache };
  const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let took = Number.NaN;
  child.stdout.once('data', () => {
    took = performance.now() - begun;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
  return took;
}

async function untilExit(file: string, args: readonly string[]): Promise<number> {
  const begun = performance.now();
  await once(spawn(file, args, { stdio: 'ignore' }), 'exit');
  return performance.now() - begun;
}
