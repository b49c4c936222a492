import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RuntimeCommands } from '../../../ports/runtime.ts';
import { eventually } from '../../../testing/router-stage.ts';
import { RuntimeCommandStage } from '../../../testing/runtime-command-stage.ts';
import { readRoutes } from '../routes-file.ts';
import { stateLayout } from '../state-layout.ts';
import { closeServer } from '../unix-http.ts';

let stage: RuntimeCommandStage;
let servers: Server[] = [];
/** What the commands of a test were called for, in order. */
let calls: string;
beforeEach(() => {
  stage = new RuntimeCommandStage();
  calls = join(stage.stage.dir, 'calls');
});
afterEach(async () => {
  await Promise.all(servers.map(closeServer));
  servers = [];
  await stage.close();
});

/** A healthy instance that nobody has deployed; answers its address. */
async function instance(status = 200): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status).end());
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = server.address();
  return `http://127.0.0.1:${typeof at === 'object' ? at?.port : ''}`;
}

/** Commands that answer what stands in files: `deploy`, `status` and `stop`, `DIGEST` in it for what they were told. */
const saying: Partial<RuntimeCommands> = { deploy: ['deploy'], status: ['status'], stop: ['stop'] };
function say(answers: Readonly<Record<string, unknown>>): void {
  for (const [name, answer] of Object.entries({
    status: { versions: [] },
    stop: { digest: 'DIGEST' },
    ...answers,
  })) {
    const file = join(stage.stage.dir, `${name}.json`);
    writeFileSync(file, typeof answer === 'string' ? answer : JSON.stringify(answer));
    stage.script(
      name,
      `const { appendFileSync, readFileSync } = require('node:fs');
       appendFileSync(${JSON.stringify(calls)}, told.call + ' ' + (told.digest ?? '') + '\\n');
       console.log(readFileSync(${JSON.stringify(file)}, 'utf8').replaceAll('DIGEST', told.digest));`,
    );
  }
}

const called = () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []);
const acts = () => called().filter((line) => !line.startsWith('status'));
const at = (...addresses: readonly string[]) => addresses.map((address) => ({ address }));
const other = `sha256:${'e'.repeat(64)}`;

describe('a deploy', () => {
  it('is not called for what the gate has not attested', async () => {
    say({ deploy: { digest: 'DIGEST', instances: at(await instance()) } });
    const supervisor = await stage.supervisor();
    const start = supervisor.start(stage.spec({}, saying), await stage.unattested('one'));
    await expect(start).rejects.toMatchObject({ code: 'runtime.refused' });
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(called()).toEqual([]);
    expect(existsSync(stateLayout(stage.options.stateDir).instances)).toBe(true);
    expect(readFileSync(stateLayout(stage.options.stateDir).instances, 'utf8')).not.toContain('deployments');
  });

  it('that answers for another digest is refused, and what it began is stopped', async () => {
    say({ deploy: { digest: other, instances: at(await instance()) } });
    const supervisor = await stage.supervisor();
    const digest = await stage.release('one');
    const start = supervisor.start(stage.spec({}, saying), digest);
    await expect(start).rejects.toMatchObject({
      code: 'runtime.refused',
      message: expect.stringContaining(other),
    });
    expect(acts()).toEqual([`deploy ${digest}`, `stop ${digest}`]);
    expect(await supervisor.running()).toEqual([]);
  });

  it.each([
    ['outside of what is declared', 'http://10.1.2.3:80', { addresses: ['127.0.0.1', '10.0.0.0/16'] }],
    ["of a cloud's metadata", 'http://169.254.169.254:80', { addresses: ['0.0.0.0/0'] }],
    ['that is none', 'http://127.0.0.1', { addresses: ['127.0.0.1'] }],
    ['with a path', 'http://127.0.0.1:80/x', { addresses: ['127.0.0.1'] }],
    ['that is a file', '/run/docker.sock', { addresses: ['127.0.0.1'] }],
  ])('that answers an address %s is refused', async (_, address, declared) => {
    say({ deploy: { digest: 'DIGEST', instances: at(await instance(), address) } });
    const supervisor = await stage.supervisor();
    const digest = await stage.release('one');
    const start = supervisor.start(stage.spec({}, { ...saying, ...declared }), digest);
    await expect(start).rejects.toMatchObject({
      code: 'runtime.refused',
      message: expect.stringContaining(address),
    });
    expect(await supervisor.running()).toEqual([]);
    await expect(
      supervisor.route({ service: 'shop', stable: digest, candidate: null }),
    ).rejects.toMatchObject({
      code: 'runtime.refused',
    });
  });

  it('that answers where another version listens is refused: nobody could tell their users apart', async () => {
    say({ deploy: { digest: 'DIGEST', instances: at(await instance()) } });
    const supervisor = await stage.supervisor({ statusMs: 60_000 });
    const [one, two] = [await stage.release('one'), await stage.release('two')];
    await supervisor.start(stage.spec({}, saying), one);
    const start = supervisor.start(stage.spec({}, saying), two);
    await expect(start).rejects.toMatchObject({
      code: 'runtime.refused',
      message: expect.stringContaining(one),
    });
    expect((await supervisor.running()).map(({ digest }) => digest)).toEqual([one]);
  });

  it('of which one instance is not healthy is unhealthy, and says which', async () => {
    const sick = await instance(500);
    say({ deploy: { digest: 'DIGEST', instances: at(await instance(), sick) } });
    const supervisor = await stage.supervisor();
    const spec = stage.spec({ health: { path: '/health', timeoutSeconds: 1 } }, saying);
    await expect(supervisor.start(spec, await stage.release('one'))).rejects.toMatchObject({
      code: 'runtime.unhealthy',
      message: expect.stringContaining(`${sick}/health within 1 s`),
    });
    expect(await supervisor.running()).toEqual([]);
  });

  it('that fails blames nobody, is told with its code, and leaves what ran before as it was', async () => {
    const address = await instance();
    say({ deploy: { digest: 'DIGEST', instances: at(address) } });
    const supervisor = await stage.supervisor({ statusMs: 60_000 });
    const digest = await stage.release('one');
    await supervisor.start(stage.spec({}, saying), digest);
    say({ deploy: 'no JSON' });
    const more = supervisor.start(stage.spec({ instances: 2 }, saying), digest);
    await expect(more).rejects.toMatchObject({ code: 'command.failed' });
    expect((await supervisor.running()).map(({ socket }) => socket)).toEqual([address]);
    expect(acts()).toEqual([`deploy ${digest}`, `deploy ${digest}`]);
  });

  it('is not called again while a status says that the version runs, and is where it does not', async () => {
    const address = await instance();
    const digest = await stage.release('one');
    const runs = { deploy: { digest, instances: at(address) } };
    say({ ...runs, status: { versions: [{ digest, instances: at(address) }] } });
    const supervisor = await stage.supervisor({ statusMs: 60_000 });
    for (let n = 0; n < 3; n += 1) await supervisor.start(stage.spec({}, saying), digest);
    expect(acts()).toEqual([`deploy ${digest}`]);
    say(runs);
    await supervisor.start(stage.spec({}, saying), digest);
    expect(acts()).toEqual([`deploy ${digest}`, `deploy ${digest}`]);
  });

  it.each([
    ['is missing', () => rmSync(join(stage.commandsDir, 'deploy'))],
    ['is not allowed on this machine', () => {}],
  ])('that %s stops nothing that runs', async (how, harm) => {
    const address = await instance();
    say({ deploy: { digest: 'DIGEST', instances: at(address) } });
    const digest = await stage.release('one');
    const first = await stage.supervisor();
    await first.start(stage.spec({}, saying), digest);
    await first.route({ service: 'shop', stable: digest, candidate: null });
    await stage.stage.leave();
    harm();
    const commands = { allowed: how === 'is missing' ? [stage.commandsDir] : [], never: [] };
    const next = await stage.supervisor({ commands, statusMs: 100, onTrouble: () => {} });
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect((await next.running()).map(({ socket }) => socket)).toEqual([address]);
    await expect(next.start(stage.spec({ instances: 2 }, saying), digest)).rejects.toMatchObject({
      code: 'command.refused',
    });
    expect(readRoutes(stateLayout(stage.options.stateDir))[0]?.sockets.get(digest)).toEqual([address]);
  });
});

describe('a stop', () => {
  it('after which a status still lists the version has failed, and may be asked for again', async () => {
    const address = await instance();
    const digest = await stage.release('one');
    const status = { versions: [{ digest, instances: at(address) }] };
    say({ deploy: { digest, instances: at(address) }, status });
    const supervisor = await stage.supervisor({ statusMs: 60_000 });
    await supervisor.start(stage.spec({}, saying), digest);
    await expect(supervisor.stop('shop', digest)).rejects.toMatchObject({ code: 'command.failed' });
    expect((await supervisor.running()).map((one) => one.digest)).toEqual([digest]);
    say({});
    await supervisor.stop('shop', digest);
    expect(await supervisor.running()).toEqual([]);
  });

  it('that answers for another digest has stopped nothing', async () => {
    say({ deploy: { digest: 'DIGEST', instances: at(await instance()) }, stop: { digest: other } });
    const supervisor = await stage.supervisor({ statusMs: 60_000 });
    const digest = await stage.release('one');
    await supervisor.start(stage.spec({}, saying), digest);
    await expect(supervisor.stop('shop', digest)).rejects.toMatchObject({ code: 'runtime.refused' });
    expect((await supervisor.running()).map((one) => one.digest)).toEqual([digest]);
  });
});

describe('stops that were asked for twice', () => {
  it('end a version once, and not the one that was started in its place meanwhile', async () => {
    const digest = await stage.release('one');
    const address = await instance();
    say({ deploy: { digest, instances: at(address) } });
    const supervisor = await stage.supervisor({ statusMs: 60_000 });
    await supervisor.start(stage.spec({}, saying), digest);
    await Promise.all([supervisor.stop('shop', digest), supervisor.stop('shop', digest)]);
    expect(acts()).toEqual([`deploy ${digest}`, `stop ${digest}`]);
    await supervisor.start(stage.spec({}, saying), digest);
    expect((await supervisor.running()).map(({ socket }) => socket)).toEqual([address]);
  });
});

describe('a service that moves from processes of this machine to commands', () => {
  it('has both versions side by side until nobody needs the first; one version is run one way only', async () => {
    const { stage: here } = stage;
    const supervisor = await stage.supervisor({ statusMs: 60_000 });
    const [one, two] = [await here.release('one'), await stage.release('two')];
    await supervisor.start(here.spec(), one);
    await supervisor.route({ service: 'shop', stable: one, candidate: null });
    await expect(supervisor.start(stage.spec(), one)).rejects.toMatchObject({ code: 'runtime.refused' });
    await supervisor.start(stage.spec(), two);
    await expect(supervisor.start(here.spec(), two)).rejects.toMatchObject({ code: 'runtime.refused' });
    await supervisor.route({
      service: 'shop',
      stable: one,
      candidate: { digest: two, flag: 'shop.n', nonce: 'n' },
    });
    const sockets = readRoutes(stateLayout(stage.options.stateDir))[0]?.sockets;
    expect(sockets?.get(one)?.[0]).toMatch(/^\//);
    expect(sockets?.get(two)?.[0]).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await supervisor.route({ service: 'shop', stable: two, candidate: null });
    await supervisor.stop('shop', one);
    expect((await supervisor.running()).map((instance) => instance.digest)).toEqual([two]);
  });
});

describe('a service whose front door is its own', () => {
  it('has a route only once that has it, and says why not', async () => {
    const heard: string[] = [];
    let busy: Error | undefined = new Error('the load balancer is busy');
    const followed = async (service: string) => {
      heard.push(`${service} ${readRoutes(stateLayout(stage.options.stateDir))[0]?.route.stable}`);
      if (busy !== undefined) throw busy;
    };
    const supervisor = await stage.supervisor({ followed });
    const digest = await stage.release('one');
    await supervisor.start(stage.spec(), digest);
    const route = { service: 'shop', stable: digest, candidate: null };
    await expect(supervisor.route(route)).rejects.toThrow('busy');
    busy = undefined;
    await supervisor.route(route);
    expect(heard).toEqual([`shop ${digest}`, `shop ${digest}`]);
  });

  it('keeps a version that it may still send users to', async () => {
    let busy: Error | undefined;
    const followed = async () => {
      if (busy !== undefined) throw busy;
    };
    const supervisor = await stage.supervisor({ followed });
    const [one, two] = [await stage.release('one'), await stage.release('two')];
    for (const digest of [one, two]) await supervisor.start(stage.spec(), digest);
    await supervisor.route({ service: 'shop', stable: one, candidate: null });
    busy = new Error('the load balancer is busy');
    await expect(supervisor.stop('shop', two)).rejects.toThrow('busy');
    expect((await supervisor.running()).map(({ digest }) => digest)).toEqual([one, two]);
    busy = undefined;
    await supervisor.stop('shop', two);
    expect((await supervisor.running()).map(({ digest }) => digest)).toEqual([one]);
  });
});

describe('a status', () => {
  it('that names a version which nobody asked for makes it known, stoppable, and never routed to', async () => {
    const [mine, strange] = [await instance(), await instance()];
    const digest = await stage.release('one');
    const versions = [
      { digest, instances: at(mine) },
      { digest: other, instances: at(strange) },
    ];
    say({ deploy: { digest, instances: at(mine) }, status: { versions } });
    const supervisor = await stage.supervisor({ statusMs: 50 });
    await supervisor.start(stage.spec({}, saying), digest);
    const knows = async (what: string) => (await supervisor.running()).some((one) => one.digest === what);
    await eventually(() => knows(other), 'it was found');
    await expect(supervisor.route({ service: 'shop', stable: other, candidate: null })).rejects.toMatchObject(
      {
        code: 'runtime.refused',
      },
    );
    say({ status: { versions: versions.slice(0, 1) } });
    await supervisor.stop('shop', other);
    expect(acts()).toEqual([`deploy ${digest}`, `stop ${other}`]);
    expect(await knows(other)).toBe(false);
  });

  it('moves the route to where the version runs now', async () => {
    const [before, after] = [await instance(), await instance()];
    const digest = await stage.release('one');
    say({
      deploy: { digest, instances: at(before) },
      status: { versions: [{ digest, instances: at(before) }] },
    });
    const supervisor = await stage.supervisor({ statusMs: 50 });
    await supervisor.start(stage.spec({}, saying), digest);
    await supervisor.route({ service: 'shop', stable: digest, candidate: null });
    const routed = () => readRoutes(stateLayout(stage.options.stateDir))[0]?.sockets.get(digest);
    expect(routed()).toEqual([before]);
    await closeServer(servers.shift() ?? createServer());
    say({ status: { versions: [{ digest, instances: at(after) }] } });
    await eventually(() => String(routed()) === after, 'the route follows');
  });

  it.each([
    ['fails', 'no JSON'],
    ['lists nothing', { versions: [] }],
    [
      'lists an address where nobody may be sent',
      { versions: [{ digest: 'ONE', instances: at('http://10.9.9.9:1') }] },
    ],
  ])('that %s takes nobody away from what answers', async (_, status) => {
    const address = await instance();
    const digest = await stage.release('one');
    say({
      deploy: { digest, instances: at(address) },
      status: JSON.stringify(status).replace('ONE', digest),
    });
    const supervisor = await stage.supervisor({ statusMs: 50, onTrouble: () => {} });
    await supervisor.start(stage.spec({}, saying), digest);
    await supervisor.route({ service: 'shop', stable: digest, candidate: null });
    const asked = () => called().filter((line) => line.startsWith('status')).length;
    const before = asked();
    await eventually(() => asked() > before + 3, 'what it says was heard');
    expect(readRoutes(stateLayout(stage.options.stateDir))[0]?.sockets.get(digest)).toEqual([address]);
  });

  it('or none: what does not answer any more does not run', async () => {
    const address = await instance();
    const digest = await stage.release('one');
    say({ deploy: { digest, instances: at(address) }, status: 'no JSON' });
    const supervisor = await stage.supervisor({ statusMs: 50, onTrouble: () => {} });
    await supervisor.start(stage.spec({}, saying), digest);
    expect((await supervisor.running()).length).toBe(1);
    await closeServer(servers.shift() ?? createServer());
    await eventually(async () => (await supervisor.running()).length === 0, 'it is seen to be gone');
  });
});

describe('a version that has died', () => {
  it('is deployed again where it was wanted, ever more seldom while that is in vain, and not once it was stopped', async () => {
    const address = await instance();
    const digest = await stage.release('one');
    const runs = { deploy: { digest, instances: at(address) } };
    say({ ...runs, status: { versions: [{ digest, instances: at(address) }] } });
    const told: string[] = [];
    const supervisor = await stage.supervisor({
      statusMs: 60_000,
      onTrouble: (message) => told.push(message),
    });
    await supervisor.start(stage.spec({}, saying), digest);
    await supervisor.route({ service: 'shop', stable: digest, candidate: null });
    await closeServer(servers.shift() ?? createServer());
    say({ deploy: 'no JSON' });
    await eventually(() => acts().length > 2, 'it is tried');
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^deploying shop \w+, which does not answer any more, failed and is tried again/);
    expect(acts()).not.toContain(`stop ${digest}`);
    const after = await instance();
    say({ deploy: { digest, instances: at(after) } });
    const routed = () => readRoutes(stateLayout(stage.options.stateDir))[0]?.sockets.get(digest);
    await eventually(() => String(routed()) === after, 'it runs again, and is routed to');
    expect((await supervisor.running()).map(({ socket }) => socket)).toEqual([after]);
    const two = await stage.release('two');
    say({ deploy: { digest: 'DIGEST', instances: at(await instance()) } });
    await supervisor.start(stage.spec({}, saying), two);
    await supervisor.route({ service: 'shop', stable: two, candidate: null });
    await supervisor.stop('shop', digest);
    const known = acts().length;
    await new Promise((resolve) => setTimeout(resolve, 5000));
    expect(acts().length).toBe(known);
  });
});
