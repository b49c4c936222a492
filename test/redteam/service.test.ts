import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRouter, type Router } from '../../src/adapters/router/router.ts';
import { Supervisor } from '../../src/adapters/runtime/processes/supervisor.ts';
import { serveSupervisor } from '../../src/adapters/runtime/processes/supervisor-server.ts';
import { closeServer } from '../../src/adapters/runtime/unix-http.ts';
import { verificationSummary } from '../../src/domain/statements.ts';
import type { Instance, ServiceSpec } from '../../src/ports/runtime.ts';
import { processOf } from '../../src/testing/runtime-stage.ts';
import { serveApi } from '../../src/wiring/api.ts';
import type { Order, Outcome } from './support/hostile-service.ts';
import { openRealState } from './support/real-state.ts';

/** What an attempt may end with: it was not there, or it was refused. */
const failures = [
  'ENOENT',
  'EACCES',
  'EPERM',
  'ENOTDIR',
  'ESRCH',
  'ECONNREFUSED',
  'ENETUNREACH',
  'EROFS',
  'ELOOP',
];
const secret = 'redteam-service-secret';

/** Everything real in one state directory: keys, releases, API, supervisor, router, registry proxy, and two hostile services. */
async function openStage() {
  const real = await openRealState();
  const { root, state, repository, workshop } = real;
  const api = await serveApi(repository);
  const { releases, sandbox, attestations } = workshop;
  const supervisor = await Supervisor.open({
    stateDir: state,
    launcher: sandbox,
    releases,
    verifier: attestations,
    lifetime: 'with-parent',
  });
  const server = await serveSupervisor(supervisor, state);
  const digests = { evil: await release('evil'), other: await release('other') };
  const services = { evil: await run('evil'), other: await run('other') };
  await supervisor.route({ service: 'evil', stable: digests.evil, candidate: null });
  const router = await createRouter({ stateDir: state, service: 'evil', port: 0 });
  await repository.flags.write('evil.x', 0.5, 0);
  await workshop.auditLog.publish();
  await writeFile(join(root, 'host-secret'), secret, { mode: 0o600 });

  async function release(name: string): Promise<string> {
    const dir = join(root, name);
    await mkdir(dir);
    await writeFile(join(dir, 'package.json'), '{"type":"module"}');
    const code = await readFile(new URL('./support/hostile-service.ts', import.meta.url), 'utf8');
    await writeFile(join(dir, 'server.ts'), `${code}\n// ${name}\n`);
    const { digest } = await releases.put({ dir, service: name, commit: 'c'.repeat(40) });
    const now = new Date();
    const statement = verificationSummary({
      subject: { name, digest },
      resource: `service:${name}`,
      result: 'PASSED',
      at: now,
      policy: { uri: '.autoland/policy.cedar', digest: '0'.repeat(64) },
      inputs: [],
      change: 'chg_000000000000',
      log: { size: 1, root: '0'.repeat(64) },
      expires: new Date(now.getTime() + 3_600_000),
      nonce: name,
    });
    await releases.attach(digest, `gate-${name}`, await workshop.attestor.sign('gate', statement));
    return digest;
  }

  async function run(name: 'evil' | 'other'): Promise<Instance> {
    await writeFile(join(root, `${name}-secret`), secret, { mode: 0o600 });
    const spec: ServiceSpec = {
      name,
      command: ['node', 'server.ts'],
      env: {},
      secretFiles: name === 'other' ? { TOKEN: join(root, `${name}-secret`) } : {},
      health: { path: '/', timeoutSeconds: 20 },
      instances: 1,
      memoryMiB: 256,
      processes: 32,
      graceSeconds: 0,
    };
    const [instance] = await supervisor.start(spec, digests[name]);
    if (instance === undefined) throw new Error(`${name} does not run`);
    return instance;
  }

  async function close(): Promise<void> {
    await router.close();
    await supervisor.close('end');
    await closeServer(server);
    await api.close();
    await real.close();
  }
  return { root, state, repository, supervisor, router, digests, services, close };
}

type Stage = Awaited<ReturnType<typeof openStage>>;

describe('a hostile service under the real supervisor, sandbox, router and API', () => {
  let stage: Stage;
  const victim = spawn('sleep', ['600.25'], { stdio: 'ignore' });
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => {
    victim.kill('SIGKILL');
    await stage?.close();
  });

  const order = async (what: Order): Promise<Outcome> => {
    const reply = await viaRouter(stage.router, 'POST', '/', JSON.stringify(what));
    if (reply.status !== 200) throw new Error(`the attack itself failed: ${reply.body}`);
    return JSON.parse(reply.body);
  };
  const expectAllFailed = (outcomes: Readonly<Record<string, string>>) => {
    const succeeded = Object.entries(outcomes).filter(([, outcome]) => !failures.includes(outcome));
    expect(succeeded).toEqual([]);
    expect(Object.keys(outcomes).length).toBeGreaterThan(0);
  };

  it('reads and alters no key and no file of the state directory', async () => {
    const files = await filesBelow(stage.state);
    for (const known of ['keys/gate.pem', 'journal.db', 'flags.json', 'routes.json', 'instances.json'])
      expect(files.map((path) => path.slice(stage.state.length + 1))).toContain(known);
    const hidden = [
      ...files,
      join(stage.root, 'host-secret'),
      join(stage.root, 'shop.git', 'HEAD'),
      stage.state,
    ];
    const found = await order({ read: hidden, write: [...files, join(stage.state, 'STOP')] });
    expectAllFailed(found.read);
    expectAllFailed(found.write);
    expect(await readdir(stage.state)).not.toContain('STOP');
  });

  it('reaches no socket of autoland or of another service, by no path', async () => {
    const sockets = await socketsBelow(stage.state);
    const names = sockets.map((path) => path.slice(stage.state.length + 1).replace(/\d{2,}/, 'N'));
    for (const known of [
      'run/api.sock',
      'run/supervisor.sock',
      'run/router-evil.sock',
      'run/registry-N.sock',
    ])
      expect(names).toContain(known);
    const own = sockets.filter((path) => path.includes('/services/evil/'));
    const { connect } = await order({ connect: sockets.filter((path) => !own.includes(path)) });
    expectAllFailed(connect);
  });

  it('cannot call resume', async () => {
    await stage.repository.controls.stop('person:test', 'a test');
    const socket = stage.repository.place.files.apiSocket;
    const { post } = await order({ post: { socket, path: '/v1/resume', body: { by: 'evil' } } });
    expect(post).toBe('ENOENT');
    // Through the router it only ever reaches itself.
    await viaRouter(stage.router, 'POST', '/v1/resume', '{}');
    expect(await stage.repository.controls.stopped()).toMatchObject({ by: 'person:test' });
  });

  it('speaks for itself alone, whatever its telemetry claims', async () => {
    const { env } = await order({});
    const body = claim(stage.digests.other, 1000);
    const socket = env.AUTOLAND_OTLP_SOCKET ?? '';
    expect((await order({ post: { socket, path: '/v1/metrics', body } })).post).toBe('200');
    const reports = Object.fromEntries(stage.supervisor.telemetry().map((one) => [one.service, one]));
    expect(reports.evil).toMatchObject({ requests: 1000, digest: stage.digests.evil });
    expect(reports.other).toMatchObject({ requests: 0, errors: 0, lastSeen: null });
    const others = stage.services.other.socket.replace('/run/http.sock', '/otlp/otlp.sock');
    expect((await order({ post: { socket: others, path: '/v1/metrics', body } })).post).toBe('ENOENT');
    expectAllFailed((await order({ connect: [others] })).connect);
    expect((await order({ write: [`${socket}`] })).write[socket]).not.toBe('done');
  });

  it('has no network: not the host’s loopback, not the router, nothing beyond', async () => {
    const ports = [stage.router.port, 22, 80];
    const connect = ports.flatMap((port) => [
      { host: '127.0.0.1', port },
      { host: '::1', port },
    ]);
    const found = await order({ connect: [...connect, { host: '192.0.2.1', port: 443 }] });
    expectAllFailed({ ...found.connect });
    expect(found.interfaces.filter((name) => name !== 'lo')).toEqual([]);
  });

  it('sees and signals no process of the host', async () => {
    const found = await order({ kill: [victim.pid ?? 0, process.pid, processOf(stage.services.other).pid] });
    expectAllFailed(found.kill);
    expect(found.commands.join()).not.toContain(['600', '25'].join('.'));
    expect(victim.exitCode ?? victim.signalCode).toBeNull();
  });

  it('knows no secret of another service, and of its own environment only what was declared', async () => {
    const { env } = await order({});
    expect(JSON.stringify(env)).not.toContain(secret);
    const declared = ['AUTOLAND_OTLP_SOCKET', 'NODE_ENV', 'PORT', 'SERVICE_NAME', 'SERVICE_VERSION'];
    const base = ['HOME', 'LANG', 'PATH', 'PWD', 'TMPDIR'];
    expect(new Set(Object.keys(env))).toEqual(new Set([...declared, ...base]));
  });

  it('sets neither the id cookie nor a header of autoland', async () => {
    const { headers } = await viaRouter(stage.router, 'GET', '/');
    const cookies = headers['set-cookie'] ?? [];
    expect(cookies.filter((cookie) => /forged|nameless|loud/.test(cookie))).toEqual([]);
    expect(cookies).toContain('own=allowed; Path=/');
    expect(cookies.some((cookie) => cookie.startsWith('autoland_id_'))).toBe(true);
    expect(Object.keys(headers).filter((name) => name.startsWith('x-autoland'))).toEqual([]);
  });

  it('leads nobody to the supervisor by a link in the place of its socket', async () => {
    const socket = join(stage.state, 'run', 'supervisor.sock');
    const { env } = await order({});
    expect((await order({ link: { target: socket, at: env.PORT ?? '' } })).link).toBe('done');
    // What goes over connections that were made before reaches the service; they end after some idle seconds.
    let isRefused = false;
    for (let round = 0; round < 4 && !isRefused; round++) {
      const asked = Array.from({ length: 32 }, () => viaRouter(stage.router, 'GET', '/running'));
      const replies = await Promise.all(asked);
      for (const { body } of replies) expect(body).not.toContain(stage.digests.evil);
      isRefused = replies.some(({ status }) => status >= 502);
      if (!isRefused) await setTimeout(6000);
    }
    expect(isRefused).toBe(true);
  });
});

function claim(version: string, count: number): object {
  const attributes = Object.entries({ 'service.version': version, 'service.name': 'other' }).map(
    ([key, stringValue]) => ({ key, value: { stringValue } }),
  );
  const dataPoints = [{ count, startTimeUnixNano: '1', attributes }];
  const metrics = [
    { name: 'http.server.request.duration', histogram: { aggregationTemporality: 2, dataPoints } },
  ];
  return { resourceMetrics: [{ resource: { attributes }, scopeMetrics: [{ metrics }] }] };
}

function viaRouter(router: Router, method: string, path: string, body?: string) {
  type Reply = { status: number; headers: Record<string, string[] | undefined>; body: string };
  return new Promise<Reply>((resolve, reject) => {
    const target = { host: router.host, port: router.port, method, path, agent: false };
    request({ ...target, headers: { 'x-autoland-control': '1' } }, async (response) => {
      const { statusCode: status = 0, headersDistinct: headers } = response;
      resolve({ status, headers, body: await text(response) });
    })
      .on('error', reject)
      .end(body);
  });
}

/** Follows no link: the hostile service plants some that lead back up. */
async function below(dir: string): Promise<{ path: string; isSocket: boolean }[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(dir, entry.name);
      return entry.isDirectory() ? below(path) : [{ path, isSocket: entry.isSocket() }];
    }),
  );
  return found.flat();
}

/** The toolchain's copy and the skeleton are what every sandbox is made of; releases are a service's own code. */
async function filesBelow(state: string): Promise<string[]> {
  const found = await below(state);
  return found
    .filter(({ path, isSocket }) => !isSocket && !/\/(work|node_modules|tree)\//.test(path))
    .map(({ path }) => path);
}

async function socketsBelow(state: string): Promise<string[]> {
  return (await below(state)).flatMap(({ path, isSocket }) => (isSocket ? [path] : []));
}
