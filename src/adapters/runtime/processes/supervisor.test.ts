import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Runtime } from '../../../ports/runtime.ts';
import { type RuntimeSetting, runtimeContract } from '../../../testing/contracts/runtime.ts';
import { eventually } from '../../../testing/router-stage.ts';
import { RuntimeStage } from '../../../testing/runtime-stage.ts';
import { isHealthy } from '../health.ts';
import { closeServer } from '../unix-http.ts';
import { isAlive, signal, startTimeOf } from './process-identity.ts';
import { RuntimeClient } from './runtime-client.ts';
import type { Supervisor } from './supervisor.ts';
import { serveSupervisor } from './supervisor-server.ts';

let stage: RuntimeStage;
beforeEach(() => {
  stage = new RuntimeStage();
});
afterEach(() => stage.close());

describe('Supervisor', () => {
  runtimeContract(async () => setting(await stage.supervisor(), restarted));

  it('refuses an altered release, and a verdict that is not PASSED', async () => {
    const supervisor = await stage.supervisor();
    const altered = await stage.release('one');
    await stage.tamper(altered);
    await expect(supervisor.start(stage.spec(), altered)).rejects.toMatchObject({ code: 'runtime.refused' });
    const failed = await stage.release('two');
    await stage.releases.attach(
      failed,
      'gate-shop',
      stage.verifier.sign('gate', failed, { result: 'FAILED' }),
    );
    await expect(supervisor.start(stage.spec(), failed)).rejects.toMatchObject({ code: 'runtime.refused' });
    const stolen = await stage.release('three');
    await stage.releases.attach(stolen, 'gate-shop', stage.verifier.sign('verifier', stolen));
    await expect(supervisor.start(stage.spec(), stolen)).rejects.toMatchObject({ code: 'runtime.refused' });
  });

  it('gives a service its declared environment and secrets, and nothing else', async () => {
    const secret = join(stage.dir, 'secret');
    writeFileSync(secret, 'hush\n');
    process.env.AUTOLAND_TEST_LEAK = 'leak';
    const supervisor = await stage.supervisor();
    const digest = await stage.release('one');
    const [instance] = await supervisor.start(stage.spec({ secretFiles: { TOKEN: secret } }), digest);
    const socket = instance?.socket ?? '';
    expect(JSON.parse(await get(socket, '/env'))).toEqual({
      GREETING: 'hello',
      TOKEN: 'hush',
      NODE_ENV: 'production',
      PORT: socket,
      SERVICE_NAME: 'shop',
      SERVICE_VERSION: digest,
      AUTOLAND_OTLP_SOCKET: socket.replace('/run/http.sock', '/otlp/otlp.sock'),
    });
    expect(readFileSync(join(stage.options.stateDir, 'instances.json'), 'utf8')).not.toContain('hush');
  });

  it('starts a crashed instance again at the same socket, and counts it', async () => {
    const supervisor = await stage.supervisor();
    const [before] = await supervisor.start(stage.spec(), await stage.release('one'));
    await get(before?.socket ?? '', '/crash').catch(() => {});
    await eventually(
      async () => (await supervisor.running()).some((one) => one.pid !== before?.pid),
      'started again',
    );
    const [after] = await supervisor.running();
    expect(after?.socket).toBe(before?.socket);
    await eventually(() => isHealthy(after?.socket ?? '', '/health'), 'healthy again');
    expect(supervisor.telemetry()[0]?.restarts).toBe(1);
  });

  it('takes a service off, and no other', async () => {
    const supervisor = await stage.supervisor();
    const [one, two] = [await stage.release('one'), await stage.release('two', undefined, 'admin')];
    await supervisor.start(stage.spec(), one);
    await supervisor.start(stage.spec({ name: 'admin' }), two);
    await supervisor.route({ service: 'shop', stable: one, candidate: null });
    await supervisor.route({ service: 'admin', stable: two, candidate: null });
    await supervisor.retire('shop');
    expect(await supervisor.routes()).toEqual([{ service: 'admin', stable: two, candidate: null }]);
    expect((await supervisor.running()).map(({ service }) => service)).toEqual(['admin']);
    await supervisor.retire('nobody');
    expect(await supervisor.running()).toHaveLength(1);
  });

  it('is one per state directory, and says so', async () => {
    await stage.supervisor();
    await expect(stage.supervisor()).rejects.toMatchObject({ code: 'state.locked' });
  });

  it('takes reports by the socket they came through', async () => {
    const supervisor = await stage.supervisor();
    const [instance] = await supervisor.start(stage.spec(), await stage.release('one'));
    const socket = (instance?.socket ?? '').replace('/run/http.sock', '/otlp/otlp.sock');
    expect(statSync(join(socket, '..')).mode & 0o022).toBe(0);
    const body = JSON.stringify(report(10, 3));
    expect(await post(socket, body)).toBe(200);
    expect(await post(socket, gzipSync(body), { 'content-encoding': 'gzip' })).toBe(200);
    expect(await post(socket, gzipSync(Buffer.alloc(1 << 22)), { 'content-encoding': 'gzip' })).toBe(413);
    expect(await post(socket, '{"resourceMetrics": 1}')).toBe(400);
    expect(await post(socket, 'x', { 'content-type': 'application/x-protobuf' })).toBe(400);
    expect(await post(socket, 'x', { 'content-type': 'text/plain' })).toBe(415);
    expect(supervisor.telemetry()).toMatchObject([
      { service: 'shop', requests: 13, errors: 3, lastSeen: expect.any(String) },
    ]);
    expect(supervisor.takeExceptions()).toEqual([]);
  });

  it('hands out the exceptions that a version told of once, whatever name it gives itself', async () => {
    const supervisor = await stage.supervisor();
    const digest = await stage.release('one');
    const [instance] = await supervisor.start(stage.spec(), digest);
    const socket = (instance?.socket ?? '').replace('/run/http.sock', '/otlp/otlp.sock');
    const server = await serveSupervisor(supervisor, stage.options.stateDir);
    try {
      const attributes = [
        { key: 'exception.type', value: { stringValue: 'TypeError' } },
        { key: 'exception.stacktrace', value: { stringValue: 'TypeError\n    at f (/app/a.js:1:2)' } },
      ];
      const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'other' } }] };
      const logs = { resourceLogs: [{ resource, scopeLogs: [{ logRecords: [{ attributes }] }] }] };
      expect(await post(socket, JSON.stringify(logs), {}, '/v1/logs')).toBe(200);
      const client = new RuntimeClient({ stateDir: stage.options.stateDir });
      const frames = [{ path: '/app/a.js', line: 1, column: 2, functionName: 'f' }];
      expect(await client.takeExceptions()).toEqual([
        {
          service: 'shop',
          digest,
          exceptions: [{ errorType: 'TypeError', message: '', frames, count: 1 }],
          dropped: 0,
        },
      ]);
      expect(await client.takeExceptions()).toEqual([]);
    } finally {
      await closeServer(server);
    }
  });
});

describe('RuntimeClient', () => {
  let close = async (): Promise<void> => {};
  afterEach(() => close());

  runtimeContract(async () => {
    const { stateDir } = stage.options;
    const serve = async (supervisor: Supervisor) => {
      const server = await serveSupervisor(supervisor, stateDir);
      close = () => closeServer(server);
      return new RuntimeClient({ stateDir });
    };
    const client = await serve(await stage.supervisor());
    expect(statSync(join(stateDir, 'run', 'supervisor.sock')).mode & 0o777).toBe(0o600);
    return setting(client, async () => {
      await close();
      return serve(await restarted());
    });
  });

  it('cannot be reached by what the router forwards', async () => {
    const server = await serveSupervisor(await stage.supervisor(), stage.options.stateDir);
    close = () => closeServer(server);
    const socket = join(stage.options.stateDir, 'run', 'supervisor.sock');
    expect(await get(socket, '/running')).toContain('not for you');
    // A service could put such a link in its socket's place.
    symlinkSync(socket, join(stage.dir, 'http.sock'));
    expect(await isHealthy(join(stage.dir, 'http.sock'), '/running')).toBe(false);
  });

  it('says when nobody answers', async () => {
    close = async () => {};
    const client = new RuntimeClient({ stateDir: stage.options.stateDir });
    await expect(client.running()).rejects.toMatchObject({ code: 'runtime.unreachable' });
  });
});

describe('kill -9 of the supervisor', () => {
  it('leaves services running; the next one adopts them, and starts again what is gone', async () => {
    const [one, two] = [await stage.release('one'), await stage.release('two')];
    const child = fork(supervisorScript(one, two), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const [pids]: number[][] = await once(child, 'message', { signal: AbortSignal.timeout(20_000) });
    await killed(child);
    const [kept, lost] = (pids ?? []).map((pid) => ({ pid, startTime: startTimeOf(pid) ?? '' }));
    if (kept === undefined || lost === undefined) throw new Error('two services were to run');
    expect([isAlive(kept), isAlive(lost)]).toEqual([true, true]);
    signal(lost, 'SIGKILL');
    await eventually(() => !isAlive(lost), 'one is gone');

    const supervisor = await stage.supervisor({ lifetime: 'detached' });
    expect((await supervisor.running()).map((instance) => instance.pid)).toContain(kept.pid);
    await eventually(async () => (await supervisor.running()).length === 2, 'both run again');
    expect(await supervisor.routes()).toEqual([{ service: 'shop', stable: one, candidate: null }]);
    await supervisor.close('end');
    expect(isAlive(kept)).toBe(false);
  });
});

function setting(runtime: Runtime, restart: () => Promise<Runtime>): RuntimeSetting {
  return {
    runtime,
    restart,
    spec: (changes) => stage.spec(changes),
    release: (version, service) => stage.release(version, undefined, service),
    unattested: (version) => stage.unattested(version),
    tamper: (digest) => stage.tamper(digest),
    asked: (socket) => stage.asked(socket),
  };
}

/** Another supervisor in the place of the one that was opened last. */
async function restarted(): Promise<Supervisor> {
  await stage.leave();
  return stage.supervisor();
}

function report(well: number, failed: number) {
  const attributes = [{ key: 'error.type', value: { stringValue: '500' } }];
  const dataPoints = [
    { count: String(well), startTimeUnixNano: '1' },
    { count: failed, startTimeUnixNano: '1', attributes },
  ];
  const histogram = { aggregationTemporality: 2, dataPoints };
  const claimed = { attributes: [{ key: 'service.version', value: { stringValue: 'another' } }] };
  const metrics = [{ name: 'http.server.request.duration', histogram }, { name: 'other' }];
  return { resourceMetrics: [{ resource: claimed, scopeMetrics: [{ metrics }] }] };
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function get(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path }, (response) => text(response).then(resolve, reject))
      .on('error', reject)
      .end();
  });
}

function post(
  socketPath: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
  path = '/v1/metrics',
): Promise<number> {
  return new Promise((resolve, reject) => {
    const all = { 'content-type': 'application/json', ...headers };
    request({ socketPath, path, method: 'POST', headers: all }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end(body);
  });
}

/** A supervisor in a process of its own: it starts two releases, routes to the first, and tells their pids. */
function supervisorScript(one: string, two: string): string {
  const path = join(stage.dir, 'supervisor.mjs');
  const from = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
  writeFileSync(
    path,
    `import { Supervisor } from ${from('./supervisor.ts')};
     import { RuntimeStage } from ${from('../../../testing/runtime-stage.ts')};
     const made = new RuntimeStage(${JSON.stringify(stage.dir)});
     for (const version of ['one', 'two']) await made.release(version);
     const supervisor = await Supervisor.open({ ...made.options, lifetime: 'detached' });
     const pids = [];
     for (const digest of ${JSON.stringify([one, two])}) pids.push((await supervisor.start(made.spec(), digest))[0].pid);
     await supervisor.route({ service: 'shop', stable: ${JSON.stringify(one)}, candidate: null });
     process.send(pids);
     process.once('disconnect', () => process.exit());`,
  );
  return path;
}
