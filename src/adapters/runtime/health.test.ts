import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RuntimeStage } from '../../testing/runtime-stage.ts';
import { becomesHealthy, isHealthy } from './health.ts';
import { Supervisor } from './processes/supervisor.ts';

const UPGRADE = 'HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n';
const SOON_MS = 60_000;

describe('isHealthy', () => {
  const opened: Socket[] = [];
  let dir = '';
  let at = '';
  const server = createServer((socket) => {
    opened.push(socket.on('error', () => {}));
    socket.on('data', () => socket.write(answer));
  });
  let answer = '';
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'al-'));
    at = join(dir, 'http.sock');
    await new Promise<void>((resolve) => server.listen(at, resolve));
  });
  afterEach(async () => {
    for (const socket of opened.splice(0)) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    rmSync(dir, { recursive: true, force: true });
  });

  const unhealthy = [
    ['a change of protocol', UPGRADE],
    ['a change of protocol to nothing', 'HTTP/1.1 101 X\r\n\r\n'],
    ['preliminary answers without end', 'HTTP/1.1 103 X\r\n\r\n'],
    ['half a header', 'HTTP/1.1 200 OK\r\n'],
    ['nothing', ''],
    ['no HTTP', 'hello\r\n'],
  ] as const;
  it.each(unhealthy)('%s: no', async (_name, bytes) => {
    answer = bytes;
    expect(await soon(isHealthy(at, '/'))).toBe(false);
    expect(await soon(becomesHealthy({ socket: at, path: '/' }, 100, () => false))).toBe(false);
  });

  it('2xx: yes, before its body has come', async () => {
    answer = 'HTTP/1.1 204 OK\r\n\r\n';
    expect(await isHealthy(at, '/')).toBe(true);
    answer = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n';
    expect(await isHealthy(at, '/')).toBe(true);
  });
});

/** Healthy once; then it answers with a change of protocol for ever. */
const TURNS = `import { createServer } from 'node:net';
let n = 0;
createServer((socket) => {
  socket.on('error', () => {});
  socket.on('data', () => socket.write(n++ < 1 ? 'HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n' : ${JSON.stringify(UPGRADE)}));
}).listen(process.env.PORT);
`;

describe('a service that changes protocol where its health is asked', () => {
  let stage: RuntimeStage;
  beforeEach(() => {
    stage = new RuntimeStage();
  });
  afterEach(() => stage.close());

  it('is not routed to, and holds up no other route', async () => {
    const supervisor = await stage.supervisor();
    const [good, bad] = [await stage.release('good'), await stage.release('bad', TURNS)];
    await supervisor.start(stage.spec(), good);
    await supervisor.start(stage.spec(), bad);
    const candidate = { digest: bad, flag: 'shop.n', nonce: 'n' };
    const stable = { service: 'shop', stable: good, candidate: null };
    await expect(soon(supervisor.route({ ...stable, candidate }))).rejects.toMatchObject({
      code: 'runtime.refused',
    });
    await soon(supervisor.route(stable));
    expect(await soon(supervisor.routes())).toEqual([stable]);
  });

  it('does not keep the next supervisor from starting', async () => {
    const bad = await stage.release('bad', TURNS);
    const first = await Supervisor.open({ ...stage.options, lifetime: 'detached' });
    await first.start(stage.spec(), bad);
    await first.close('leave');
    expect(await (await soon(stage.supervisor({ lifetime: 'detached' }))).running()).toEqual([]);
  });
});

function soon<T>(promise: Promise<T>): Promise<T> {
  const late = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new Error(`still pending after ${SOON_MS} ms`)), SOON_MS);
  });
  return Promise.race([promise, late]);
}
