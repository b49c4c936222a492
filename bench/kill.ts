import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TokenFile } from '../src/adapters/flag-service/tokens/token-file.ts';
import { FileFlagStore } from '../src/adapters/flags/file-flag-store.ts';
import { stateLayout } from '../src/adapters/runtime/state-layout.ts';
import type { Ports } from '../src/testing/flag-crowd.ts';
import { openRepository } from '../src/wiring/place/repository.ts';
import { takeRepository } from '../src/wiring/place/take-repository.ts';
import { Bare } from './kill/bare.ts';
import { BarePages } from './kill/bare-pages.ts';
import { quantiles, rounded, spread } from './kill/spread.ts';
import { kinds, type Times, Workers } from './kill/workers.ts';

/*
 * How long after a kill the last of many clients still evaluates a flag as on, and what comes of them when the flag
 * service is killed. A client is a connection with a stream of its own (src/testing/flag-crowd.ts), a third of each
 * kind, in a few processes on this machine: the flag service has to share its processors with all of its clients.
 * Beside it in the same run: what a bare process needs to write to as many sockets, and for as many pages.
 * Prints one JSON object; times in milliseconds. Usage: node bench/kill.ts [clients] [kills of each way]
 */

type Served = { readonly service: ChildProcess; readonly ports: Ports };

async function bench(clients: number, kills: number): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'al-'));
  const [repo, state] = [join(dir, 'r.git'), join(dir, 's')];
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', repo]);
  const { place, store } = await openRepository({ repo, state }, 'write');
  // As a control plane leaves it.
  takeRepository(place).free();
  store.close();
  const at = new Date().toISOString();
  const wanted = { name: 'bench', environment: 'production', by: 'person:bench', at };
  const { token } = new TokenFile(stateLayout(state)).add({ ...wanted, scopes: ['read', 'kill'] });
  let served = await serve(state, { sync: 0, evaluation: 0, ofrep: 0 });
  const each = Math.ceil(clients / kinds.length);
  const crowd = new Workers(served.ports, token, each);
  const round = new Rounds(state, crowd);
  const bare = await Bare.open(clients, kinds.length);
  const barePages = await BarePages.open(each);
  const written: number[][] = [];
  const asked: number[][] = [];
  try {
    const byCommand: Times[] = [];
    const byCommandFromTombstone: Times[] = [];
    const tombstone: number[] = [];
    const overHttp: Times[] = [];
    // Not measured: every client has just begun.
    await round.run((key) => killOverHttp(served.ports, token, key));
    for (let n = 0; n < kills; n++) {
      const found = await round.run((key) => killByCommand(repo, state, key));
      byCommand.push(found.fromStart);
      byCommandFromTombstone.push(found.fromTombstone);
      tombstone.push(found.tombstoneMs);
      const { ports } = served;
      overHttp.push((await round.run((key) => killOverHttp(ports, token, key))).fromStart);
      written.push([...(await bare.round())]);
      asked.push([...(await barePages.round())]);
    }
    const comingBack = [];
    for (let n = 0; n < Math.min(kills, 3); n++) {
      const again = await killService(served, state, round);
      served = again.served;
      comingBack.push(again.lastRight);
    }
    const bareOnes = { bareWrite: quantiles(written.flat()), barePages: quantiles(asked.flat()) };
    const all = { clients, kills, targetMs: 100, ...bareOnes };
    const ways = { overHttp: spread(overHttp), byCommandFromTombstone: spread(byCommandFromTombstone) };
    const reconnect = { times: comingBack.length, lastRightMs: comingBack.map(rounded) };
    const started = { byCommandFromItsStart: spread(byCommand), tombstoneAfterStart: quantiles(tombstone) };
    print({ ...all, ...ways, ...started, reconnect });
  } finally {
    crowd.end();
    bare.end();
    barePages.end();
    served.service.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  }
}

class Rounds {
  readonly #state: string;
  readonly #flags: FileFlagStore;
  readonly #crowd: Workers;
  #count = 0;

  constructor(state: string, crowd: Workers) {
    this.#state = state;
    this.#flags = new FileFlagStore(state);
    this.#crowd = crowd;
  }

  /** Everybody on, then the kill; how long after its start, and after its tombstone, each client came to off. */
  async run(
    kill: (key: string) => Promise<number>,
  ): Promise<{ fromStart: Times; fromTombstone: Times; tombstoneMs: number }> {
    const key = `shop.n${this.#count++}`;
    await this.#flags.write(key, 1, 0);
    await this.#crowd.settled(key, true);
    const off = this.#crowd.settled(key, false);
    const begun = await kill(key);
    const since = await off;
    const { at } = JSON.parse(readFileSync(join(this.#state, 'kills', key), 'utf8').split('\n')[0] ?? '');
    await this.#flags.retire(key);
    const buried = Date.parse(at);
    return {
      fromStart: after(since, begun),
      fromTombstone: after(since, buried),
      tombstoneMs: buried - begun,
    };
  }
}

function after(since: Times, moment: number): Times {
  const entries = Object.entries(since).map(([kind, times]) => [kind, times.map((time) => time - moment)]);
  return Object.fromEntries(entries);
}

async function killByCommand(repo: string, state: string, key: string): Promise<number> {
  const main = join(import.meta.dirname, '..', 'src', 'cli', 'main.ts');
  const begun = now();
  const child = spawn(process.execPath, [main, 'kill', key, '--repo', repo, '--state', state]);
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`autoland kill ended with ${code}`);
  return begun;
}

async function killOverHttp(ports: Ports, token: string, key: string): Promise<number> {
  const begun = now();
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`http://127.0.0.1:${ports.ofrep}/v1/flags/${key}/kill`, {
    method: 'POST',
    headers,
  });
  if (answer.status !== 200) throw new Error(`the kill was answered ${answer.status}`);
  return begun;
}

/** Kills the service with -9, kills a flag meanwhile, and starts it again: all clients come at once. */
async function killService({ service, ports }: Served, state: string, round: Rounds) {
  let served: Served | undefined;
  const { fromStart } = await round.run(async (key) => {
    const gone = once(service, 'exit');
    service.kill('SIGKILL');
    await gone;
    await new FileFlagStore(state).kill(key, 'person:bench');
    served = await serve(state, ports);
    return now();
  });
  if (served === undefined) throw new Error('the service did not come back');
  return { served, lastRight: Math.max(...Object.values(fromStart).flat()) };
}

async function serve(stateDir: string, ports: Ports): Promise<Served> {
  const limits = { perSecond: 1_000, connections: 5_000 };
  const options = { stateDir, environment: 'production', host: '127.0.0.1', ports, origins: [], ...limits };
  const service = fork(join(import.meta.dirname, 'kill', 'service.ts'), [JSON.stringify(options)]);
  const [found] = await once(service, 'message', { signal: AbortSignal.timeout(20_000) });
  return { service, ports: found as Ports };
}

function now(): number {
  return Date.now();
}

function print(result: object): void {
  process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
}

await bench(Number(process.argv[2] ?? 1000), Number(process.argv[3] ?? 5));
