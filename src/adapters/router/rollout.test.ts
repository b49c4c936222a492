import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProcessSpec } from '../../ports/runtime.ts';
import { ask, eventually } from '../../testing/router-stage.ts';
import { RuntimeStage } from '../../testing/runtime-stage.ts';
import { FileFlagStore } from '../flags/file-flag-store.ts';
import type { Supervisor } from '../runtime/processes/supervisor.ts';
import { RouterClient } from './router-client.ts';

let stage: RuntimeStage;
let router: ChildProcess | undefined;
beforeEach(() => {
  stage = new RuntimeStage();
});
afterEach(async () => {
  if (router?.exitCode === null && router.signalCode === null) {
    router.kill('SIGKILL');
    await once(router, 'exit');
  }
  await stage.close();
});

describe('a rollout under steady traffic', () => {
  it('ramps, promotes and rolls back without one dropped or failed request', async () => {
    const { supervisor, flags, witness, one, two, port } = await begin();
    const traffic = new Traffic(port);
    let version = 0;
    const step = async (n: number, weight: number, name = 'n1') => {
      const flag = `shop.${name}`;
      const written = await flags.write(flag, weight, version);
      version = written.version;
      await witness.lease({ service: 'shop', flag, nonce: name, version, step: n, weight, leaseMs: 20_000 });
      await traffic.more(60);
    };
    await traffic.more(50);
    expect(traffic.served).toEqual({ one: expect.any(Number) });

    await supervisor.start(spec({ instances: 2 }), two);
    await supervisor.route({
      service: 'shop',
      stable: one,
      candidate: { digest: two, flag: 'shop.n1', nonce: 'n1' },
    });
    for (const [n, weight] of [0.01, 0.1, 0.5].entries()) await step(n, weight);
    await traffic.more(100);
    await traffic.quiet();
    const observed = await witness.observe('n1');
    const met = traffic.usersOf('two');
    traffic.resume();
    expect(observed?.usersErrored).toBe(0);
    expect(observed?.usersExposed).toBe(met);
    expect(met).toBeGreaterThan(10);

    await supervisor.route({ service: 'shop', stable: two, candidate: null });
    await supervisor.stop('shop', one);
    await traffic.more(60);
    expect(traffic.last).toBe('two');

    const three = await stage.release('three');
    await supervisor.start(spec(), three);
    await supervisor.route({
      service: 'shop',
      stable: two,
      candidate: { digest: three, flag: 'shop.n2', nonce: 'n2' },
    });
    version = 0;
    await step(0, 0.5, 'n2');
    await eventually(() => traffic.usersOf('three') > 5, 'users of the newest version');
    await flags.kill('shop.n2', 'alice');
    await supervisor.route({ service: 'shop', stable: two, candidate: null });
    await supervisor.stop('shop', three);
    const before = traffic.served.three;
    await traffic.more(60);
    expect(traffic.served.three).toBe(before);
    await traffic.end();
    expect(traffic.failures).toEqual([]);
  });

  it('sends nothing to the version before once another is promoted, also where only that one is healthy', async () => {
    const { supervisor, flags, witness, one, two, port } = await begin();
    await supervisor.start(spec(), two);
    const candidate = { digest: two, flag: 'shop.n1', nonce: 'n1' };
    await supervisor.route({ service: 'shop', stable: one, candidate });
    const { version } = await flags.write('shop.n1', 0.5, 0);
    const lease = {
      service: 'shop',
      flag: 'shop.n1',
      nonce: 'n1',
      version,
      step: 0,
      weight: 0.5,
      leaseMs: 60_000,
    };
    await witness.lease(lease);
    const traffic = new Traffic(port);
    await eventually(() => traffic.usersOf('one') > 5, 'users of the version before');

    // Its process dies, and cannot be started again: what it was started from is not what it was.
    const [running] = (await supervisor.running()).filter(({ digest }) => digest === one);
    const release = await stage.releases.get(one);
    writeFileSync(join(release?.dir ?? '', 'version'), 'altered');
    process.kill(running?.pid ?? Number.NaN, 'SIGKILL');
    await eventually(async () => !(await supervisor.running()).some(({ digest }) => digest === one), 'dead');

    // While nobody has decided for the new one, no user is given to it for want of another: a failure is no approval.
    await traffic.more(30);
    expect(traffic.failures.every((failure) => failure.startsWith('502'))).toBe(true);

    await supervisor.route({ service: 'shop', stable: two, candidate: null });
    await traffic.quiet();
    const [before, failed] = [traffic.served.one, traffic.failures.length];
    traffic.resume();
    await traffic.more(100);
    await traffic.end();
    expect(traffic.served.one).toBe(before);
    expect(traffic.failures.length).toBe(failed);
    // Going back to what is not healthy is refused: users stay where they are served.
    const back = supervisor.route({ service: 'shop', stable: one, candidate: null });
    await expect(back).rejects.toMatchObject({ code: 'runtime.refused' });
  });

  it('kill -9 of the router: the next one serves stable at once, and has forgotten the rollout', async () => {
    const { supervisor, flags, witness, one, two, port } = await begin();
    await supervisor.start(stage.spec(), two);
    await supervisor.route({
      service: 'shop',
      stable: one,
      candidate: { digest: two, flag: 'shop.n1', nonce: 'n1' },
    });
    await flags.write('shop.n1', 1, 0);
    const lease = {
      service: 'shop',
      flag: 'shop.n1',
      nonce: 'n1',
      version: 1,
      step: 0,
      weight: 1,
      leaseMs: 60_000,
    };
    await witness.lease(lease);
    expect((await ask(port, '/')).body).toBe('two');
    const epoch = (await witness.observe('n1'))?.epoch;
    router?.kill('SIGKILL');
    await once(router ?? process, 'exit');
    await expect(witness.observe('n1')).rejects.toMatchObject({ code: 'runtime.unreachable' });
    const again = await startRouter();
    expect((await ask(again, '/')).body).toBe('one');
    expect(await witness.observe('n1')).toBeUndefined();
    await witness.lease(lease);
    expect((await witness.observe('n1'))?.epoch).not.toBe(epoch);
  });
});

/** In-flight requests of a stopped version have a second. */
function spec(changes: Partial<ProcessSpec> = {}): ProcessSpec {
  return stage.spec({ graceSeconds: 1, ...changes });
}

type Begun = {
  supervisor: Supervisor;
  flags: FileFlagStore;
  witness: RouterClient;
  one: string;
  two: string;
  port: number;
};

/** Version one is routed to; version two is only built. */
async function begin(): Promise<Begun> {
  const { stateDir } = stage.options;
  const supervisor = await stage.supervisor();
  const [one, two] = [await stage.release('one'), await stage.release('two')];
  await supervisor.start(spec(), one);
  await supervisor.route({ service: 'shop', stable: one, candidate: null });
  const port = await startRouter();
  return {
    supervisor,
    flags: new FileFlagStore(stateDir),
    witness: new RouterClient(stateDir, 'shop'),
    one,
    two,
    port,
  };
}

async function startRouter(): Promise<number> {
  const path = join(stage.dir, 'router.mjs');
  const options = JSON.stringify({ stateDir: stage.options.stateDir, service: 'shop', port: 0 });
  const source = JSON.stringify(new URL('./router-process.ts', import.meta.url).href);
  writeFileSync(
    path,
    `const { runRouter } = await import(${source}); process.send((await runRouter(${options})).port);`,
  );
  router = fork(path, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [port]: number[] = await once(router, 'message', { signal: AbortSignal.timeout(20_000) });
  return port ?? 0;
}

/** Eight clients with new and returning users, each asking again as soon as it is answered. */
class Traffic {
  readonly served: Record<string, number> = {};
  readonly failures: string[] = [];
  last = '';
  readonly #port: number;
  readonly #users = new Map<string, Set<number>>();
  #count = 0;
  #over = false;
  #paused = false;
  #active = 0;
  readonly #clients: readonly Promise<void>[];

  constructor(port: number) {
    this.#port = port;
    this.#clients = Array.from({ length: 8 }, (_, client) => this.#client(client));
  }

  usersOf(version: string): number {
    return this.#users.get(version)?.size ?? 0;
  }

  async more(requests: number): Promise<void> {
    const until = this.#count + requests;
    await eventually(() => this.#count >= until, `${requests} more requests`);
  }

  /** Lets no request begin, and waits for those under way. */
  async quiet(): Promise<void> {
    this.#paused = true;
    await eventually(() => this.#active === 0, 'quiet');
  }

  resume(): void {
    this.#paused = false;
  }

  async end(): Promise<void> {
    this.#over = true;
    await Promise.all(this.#clients);
  }

  async #client(client: number): Promise<void> {
    for (let visit = 0; !this.#over; visit++) {
      let cookie: Record<string, string> = {};
      for (let request = 0; request < 3; request++) {
        cookie = await this.#one(client * 1_000_000 + visit, request === 1 ? '/slow' : '/', cookie);
      }
    }
  }

  async #one(user: number, path: string, headers: Record<string, string>): Promise<Record<string, string>> {
    if (this.#paused) await eventually(() => !this.#paused, 'resumed');
    this.#active += 1;
    try {
      const reply = await ask(this.#port, path, headers);
      if (reply.status !== 200) this.failures.push(`${reply.status} ${reply.body}`);
      this.last = reply.body;
      this.served[reply.body] = (this.served[reply.body] ?? 0) + 1;
      this.#users.set(reply.body, (this.#users.get(reply.body) ?? new Set()).add(user));
      const set = reply.headers['set-cookie']?.[0]?.split(';')[0];
      return set === undefined ? headers : { cookie: set };
    } catch (thrown) {
      this.failures.push(String(thrown));
      return headers;
    } finally {
      this.#count += 1;
      this.#active -= 1;
    }
  }
}
