import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileFlagStore } from '../src/adapters/flags/file-flag-store.ts';
import { RouterClient } from '../src/adapters/router/router-client.ts';
import { runRouter } from '../src/adapters/router/router-process.ts';
import { writeRoutes } from '../src/adapters/runtime/routes-file.ts';
import { stateLayout } from '../src/adapters/runtime/state-layout.ts';

/*
 * What the router costs, beside the bare server in the same run, and how long a closed version goes on serving.
 * Client, router and service are three processes on this machine. Prints one JSON object; times in milliseconds.
 * Usage: node bench/router.ts [rounds] [requests per round] [kills]
 */

const SERVICE = 'shop';
const GOOD = `sha256:${'0'.repeat(64)}`;
const BAD = `sha256:${'1'.repeat(64)}`;
const CLIENTS = 16;
/** What the demo's users ask. */
const STEADY_RATE = 500;
const STEADY_SECONDS = 2;

type Round = { p50: number; p99: number; perSecond: number };
type Closing = { firstBadToLastServed: number; killToLastSent: number };
type Target = { port: number; agent: Agent };

const [role, argument] = process.argv.slice(2);
if (role === '--service') serve(argument ?? '');
else if (role === '--router')
  process.send?.((await runRouter({ stateDir: argument ?? '', service: SERVICE, port: 0 })).port);
else
  await bench(Number(process.argv[2] ?? 7), Number(process.argv[3] ?? 3000), Number(process.argv[4] ?? 30));

async function bench(rounds: number, requests: number, kills: number): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'al-'));
  const [service, barePort] = await child('--service', dir);
  route(dir, null);
  const [router, port] = await child('--router', dir);
  try {
    const bare = { port: barePort, agent: agent() };
    const routed = { port, agent: agent() };
    const steady = await alternateSteadily([bare, routed], rounds);
    const idle = await alternate([bare, routed], { rounds, requests: Math.ceil(requests / 4), clients: 1 });
    const busy = await alternate([bare, routed], { rounds, requests, clients: CLIENTS });
    const closings: Closing[] = [];
    for (let n = 0; n < kills; n++)
      closings.push(await closing({ dir, nonce: `n${n}`, killer: service }, routed));
    const result = {
      rounds,
      requestsPerRound: requests,
      [`at${STEADY_RATE}PerSecond`]: compare(steady),
      oneClient: compare(idle),
      [`clients${CLIENTS}`]: compare(busy),
      closing: spread(closings),
    };
    process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
    for (const target of [bare, routed]) target.agent.destroy();
  } finally {
    for (const process of [router, service]) process.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The rounds of both change places each time, so that neither always runs first. */
async function alternate(
  targets: readonly [Target, Target],
  load: { rounds: number; requests: number; clients: number },
): Promise<[Round[], Round[]]> {
  const results: [Round[], Round[]] = [[], []];
  for (const target of targets) await measure(target, load.requests, load.clients);
  for (let round = 0; round < load.rounds; round++) {
    for (const which of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      results[which].push(await measure(targets[which], load.requests, load.clients));
    }
  }
  return results;
}

/** Requests come at a fixed rate, whether or not the ones before are answered: as users do. */
async function alternateSteadily(
  targets: readonly [Target, Target],
  rounds: number,
): Promise<[Round[], Round[]]> {
  const results: [Round[], Round[]] = [[], []];
  for (const target of targets) await measureSteadily(target);
  for (let round = 0; round < rounds; round++) {
    for (const which of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const))
      results[which].push(await measureSteadily(targets[which]));
  }
  return results;
}

async function measureSteadily(target: Target): Promise<Round> {
  const times: number[] = [];
  const begun = performance.now();
  let cookie = '';
  const one = async (): Promise<void> => {
    const sent = performance.now();
    const reply = await ask(target, cookie);
    times.push(performance.now() - sent);
    cookie = reply.cookie ?? cookie;
  };
  const asked: Promise<void>[] = [];
  for (let n = 0; n < STEADY_RATE * STEADY_SECONDS; n++) {
    const early = begun + (n * 1000) / STEADY_RATE - performance.now();
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    asked.push(one());
  }
  await Promise.all(asked);
  const seconds = (performance.now() - begun) / 1000;
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99), perSecond: times.length / seconds };
}

async function measure(target: Target, requests: number, clients: number): Promise<Round> {
  const times: number[] = [];
  const begun = performance.now();
  const client = async (): Promise<void> => {
    let cookie = '';
    while (times.length < requests) {
      const sent = performance.now();
      const reply = await ask(target, cookie);
      times.push(performance.now() - sent);
      cookie = reply.cookie ?? cookie;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const seconds = (performance.now() - begun) / 1000;
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99), perSecond: times.length / seconds };
}

/** Opens a bad version to half of the users, closes it at its first bad answer, and watches what it still serves. */
async function closing(
  given: { dir: string; nonce: string; killer: ChildProcess },
  target: Target,
): Promise<Closing> {
  const { dir, nonce, killer } = given;
  const flags = new FileFlagStore(dir);
  const flag = `${SERVICE}.${nonce}`;
  route(dir, { digest: BAD, flag, nonce });
  await flags.write(flag, 0.5, 0);
  const terms = { service: SERVICE, flag, nonce, version: 1, step: 0, weight: 0.5, leaseMs: 20_000 };
  await new RouterClient(dir, SERVICE).lease(terms);
  const seen = { firstBad: 0, killed: 0, lastServed: 0, lastSent: 0 };
  let quietSince = performance.now();
  const client = async (): Promise<void> => {
    while (seen.killed === 0 || performance.now() - quietSince < 150) {
      const sent = performance.now();
      if ((await ask(target, '')).status !== 500) continue;
      seen.lastServed = performance.now();
      seen.lastSent = Math.max(seen.lastSent, sent);
      quietSince = seen.lastServed;
      if (seen.firstBad > 0) continue;
      seen.firstBad = seen.lastServed;
      seen.killed = performance.now();
      // From another process: this one must go on asking meanwhile.
      killer.send(flag);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  route(dir, null);
  const killToLastSent = Math.max(0, seen.lastSent - seen.killed);
  return { firstBadToLastServed: seen.lastServed - seen.firstBad, killToLastSent };
}

function compare([bare, router]: [Round[], Round[]]) {
  const of = (rounds: Round[]) => ({
    p50: rounded(median(rounds.map((one) => one.p50))),
    p99: rounded(median(rounds.map((one) => one.p99))),
    perSecond: Math.round(median(rounds.map((one) => one.perSecond))),
  });
  const differences = (name: 'p50' | 'p99') =>
    router.map((one, n) => one[name] - (bare[n]?.[name] ?? Number.NaN));
  const ratios = router.map((one, n) => one.perSecond / (bare[n]?.perSecond ?? Number.NaN));
  return {
    bare: of(bare),
    router: of(router),
    added: { p50: rounded(median(differences('p50'))), p99: rounded(median(differences('p99'))) },
    throughputRatio: rounded(median(ratios)),
  };
}

function spread(closings: readonly Closing[]) {
  const of = (name: keyof Closing) => {
    const values = closings.map((one) => one[name]);
    return { p50: rounded(quantile(values, 0.5)), p99: rounded(quantile(values, 0.99)) };
  };
  return {
    repeats: closings.length,
    firstBadToLastServed: of('firstBadToLastServed'),
    killToLastSent: of('killToLastSent'),
  };
}

function ask(target: Target, cookie: string): Promise<{ status: number; cookie: string | undefined }> {
  return new Promise((resolve, reject) => {
    const headers = cookie === '' ? {} : { cookie };
    request({ host: '127.0.0.1', port: target.port, agent: target.agent, headers, path: '/' }, (response) => {
      response.resume();
      const set = response.headers['set-cookie']?.[0]?.split(';')[0];
      response.on('end', () => resolve({ status: response.statusCode ?? 0, cookie: set }));
    })
      .on('error', reject)
      .end();
  });
}

/** The good version on TCP and on its Unix socket, the bad one on its own. */
function serve(dir: string): void {
  process.on('message', (flag) => void new FileFlagStore(dir).kill(String(flag), 'bench'));
  const good = createServer((_request, response) => response.end('hello from a small service\n'));
  createServer((_request, response) => response.writeHead(500).end('bad\n')).listen(join(dir, 'bad.sock'));
  createServer((_request, response) => response.end('hello from a small service\n')).listen(
    join(dir, 'good.sock'),
  );
  good.listen(0, '127.0.0.1', () => {
    const address = good.address();
    process.send?.(typeof address === 'object' ? address?.port : 0);
  });
}

function route(dir: string, candidate: { digest: string; flag: string; nonce: string } | null): void {
  const sockets = new Map([
    [GOOD, [join(dir, 'good.sock')]],
    [BAD, [join(dir, 'bad.sock')]],
  ]);
  writeRoutes(stateLayout(dir), [{ route: { service: SERVICE, stable: GOOD, candidate }, sockets }]);
}

async function child(role: '--service' | '--router', dir: string): Promise<[ChildProcess, number]> {
  const started = fork(import.meta.filename, [role, dir], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [port]: number[] = await once(started, 'message', { signal: AbortSignal.timeout(20_000) });
  return [started, port ?? 0];
}

function agent(): Agent {
  return new Agent({ keepAlive: true, maxSockets: CLIENTS });
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
