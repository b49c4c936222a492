import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runFlagService } from '../src/adapters/flag-service/flag-service-process.ts';
import { TokenFile } from '../src/adapters/flag-service/tokens/token-file.ts';
import { FileFlagStore } from '../src/adapters/flags/file-flag-store.ts';
import { stateLayout } from '../src/adapters/runtime/state-layout.ts';
import { FlagCrowd, type Ports } from '../src/testing/flag-crowd.ts';
import { openRepository } from '../src/wiring/repository.ts';
import { Bare } from './kill/bare.ts';

/*
 * How long after a kill the last of many clients still evaluates a flag as on, and what comes of them when the flag
 * service is killed. A client is a connection with a stream of its own (src/testing/flag-crowd.ts), a third of each
 * kind, in a few processes on this machine: the flag service has to share its processors with all of its clients.
 * Beside it in the same run: what a bare process needs to write to as many sockets.
 * Prints one JSON object; times in milliseconds. Usage: node bench/kill.ts [clients] [kills of each way]
 */

const WORKERS = 3;
const kinds = ['sync', 'events', 'pages'] as const;
type Kind = (typeof kinds)[number];
type Served = { readonly service: ChildProcess; readonly ports: Ports };
type Settled = { readonly since: readonly number[] };
type Times = Readonly<Record<Kind, readonly number[]>>;

async function bench(clients: number, kills: number): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'al-'));
  const [repo, state] = [join(dir, 'r.git'), join(dir, 's')];
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', repo]);
  (await openRepository({ repo, state }, 'write')).store.close();
  const at = new Date().toISOString();
  const wanted = { name: 'bench', environment: 'production', by: 'person:bench', at };
  const { token } = new TokenFile(stateLayout(state)).add({ ...wanted, scopes: ['read', 'kill'] });
  let served = await serve(state, { sync: 0, evaluation: 0, ofrep: 0 });
  const crowd = new Workers(served.ports, token, clients);
  const round = new Rounds(state, crowd);
  const bare = await Bare.open(clients, WORKERS);
  const written: number[][] = [];
  try {
    const byCommand: Times[] = [];
    const byCommandFromTombstone: Times[] = [];
    const overHttp: Times[] = [];
    // Not measured: every client has just begun.
    await round.run((key) => killOverHttp(served.ports, token, key));
    for (let n = 0; n < kills; n++) {
      const found = await round.run((key) => killByCommand(repo, state, key));
      byCommand.push(found.fromStart);
      byCommandFromTombstone.push(found.fromTombstone);
      const { ports } = served;
      overHttp.push((await round.run((key) => killOverHttp(ports, token, key))).fromStart);
      written.push([...(await bare.round())]);
    }
    const comingBack = [];
    for (let n = 0; n < Math.min(kills, 3); n++) {
      const again = await killService(served, state, round);
      served = again.served;
      comingBack.push(again.lastRight);
    }
    const all = { clients, kills, targetMs: 100, bareWrite: quantiles(written.flat()) };
    const ways = { overHttp: spread(overHttp), byCommandFromTombstone: spread(byCommandFromTombstone) };
    const reconnect = { times: comingBack.length, clientsWrong: 0, lastRightMs: comingBack.map(rounded) };
    print({ ...all, ...ways, byCommandFromItsStart: spread(byCommand), reconnect });
  } finally {
    crowd.end();
    bare.end();
    served.service.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Client processes, each with one kind of client. */
class Workers {
  readonly #workers: readonly (readonly [Kind, ChildProcess])[];

  constructor(ports: Ports, token: string, clients: number) {
    const each = Math.ceil(clients / WORKERS);
    this.#workers = kinds.map((kind) => {
      const crowd = { sync: 0, events: 0, pages: 0, [kind]: each };
      const argument = JSON.stringify({ ports, token, crowd });
      const child = fork(import.meta.filename, ['--clients', argument]);
      child.setMaxListeners(0);
      return [kind, child] as const;
    });
  }

  /** Settles when every client evaluates the flag so; answers when each did. Rejects after two minutes. */
  async settled(key: string, on: boolean): Promise<Times> {
    const found = await Promise.all(
      this.#workers.map(async ([kind, child]) => {
        child.send({ key, on });
        const [answer] = await once(child, 'message', { signal: AbortSignal.timeout(120_000) });
        return [kind, (answer as Settled).since] as const;
      }),
    );
    return Object.fromEntries(found) as Times;
  }

  end(): void {
    for (const [, child] of this.#workers) child.kill('SIGKILL');
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
  async run(kill: (key: string) => Promise<number>): Promise<{ fromStart: Times; fromTombstone: Times }> {
    const key = `shop.n${this.#count++}`;
    await this.#flags.write(key, 1, 0);
    await this.#crowd.settled(key, true);
    const off = this.#crowd.settled(key, false);
    const begun = await kill(key);
    const since = await off;
    const { at } = JSON.parse(readFileSync(join(this.#state, 'kills', key), 'utf8').split('\n')[0] ?? '');
    await this.#flags.retire(key);
    return { fromStart: after(since, begun), fromTombstone: after(since, Date.parse(at)) };
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
  const service = fork(import.meta.filename, ['--service', JSON.stringify(options)]);
  const [found] = await once(service, 'message', { signal: AbortSignal.timeout(20_000) });
  return { service, ports: found as Ports };
}

/** In a client process: answers when all of its clients evaluate a flag as asked for. */
function follow(given: {
  ports: Ports;
  token: string;
  crowd: ConstructorParameters<typeof FlagCrowd>[2];
}): void {
  const crowd = new FlagCrowd(given.ports, given.token, given.crowd);
  process.on('message', ({ key, on }: { key: string; on: boolean }) => {
    const timer = setInterval(() => {
      const since = crowd.settled(key, on);
      if (since === undefined) return;
      clearInterval(timer);
      process.send?.({ since });
    }, 5);
  });
}

function spread(rounds: readonly Times[]) {
  const of = (names: readonly Kind[]) =>
    quantiles(rounds.flatMap((round) => names.flatMap((kind) => round[kind])));
  return { all: of(kinds), sync: of(['sync']), events: of(['events']), pages: of(['pages']) };
}

function quantiles(times: readonly number[]) {
  return {
    p50: rounded(quantile(times, 0.5)),
    p99: rounded(quantile(times, 0.99)),
    max: rounded(Math.max(...times)),
  };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

function print(result: object): void {
  process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
}

const [role, argument = ''] = process.argv.slice(2);
if (role === '--service') process.send?.((await runFlagService(JSON.parse(argument))).ports);
else if (role === '--clients') follow(JSON.parse(argument));
else await bench(Number(role ?? 1000), Number(process.argv[3] ?? 5));
