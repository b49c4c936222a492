import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, readlink, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeTree } from '../../src/adapters/remove-tree.ts';
import { makeShop } from './support/real-state.ts';

const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;

describe('the doors of a running `up`', () => {
  let root: string;
  let up: ChildProcess;
  let url: string;
  const state = () => join(root, 's');
  const api = () => join(state(), 'run', 'api.sock');
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'al-'));
    await chmod(root, 0o711);
    const repo = await makeShop(root);
    const args = ['up', '--repo', repo, '--state', state(), '--port', '0', '--ephemeral', '--json'];
    up = spawn(process.execPath, [main, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    url = await readyUrl(up);
  });
  afterAll(async () => {
    up.stdin?.end();
    if (up.exitCode === null) await once(up, 'exit');
    await removeTree(root);
  });

  it('are Unix sockets that only their owner can open', async () => {
    const run = join(state(), 'run');
    const sockets = (await readdir(run)).filter((name) => name.endsWith('.sock'));
    for (const known of ['api.sock', 'supervisor.sock', 'router-shop.sock']) expect(sockets).toContain(known);
    for (const name of sockets.filter((one) => !one.startsWith('registry-'))) {
      const { mode, uid } = await stat(join(run, name));
      expect([name, mode & 0o777, uid]).toEqual([name, 0o600, process.getuid?.()]);
    }
  });

  it('let other users of the machine read neither journal nor log, flags or keys', async () => {
    // What the sandbox's user must pass or read: releases are what it runs, the rest is its own.
    const open = ['releases', 'work', 'services', 'run'];
    for (const name of (await readdir(state())).filter(
      (one) => !open.includes(one) && !one.includes('lock'),
    )) {
      const { mode } = await stat(join(state(), name));
      expect([name, mode & 0o077]).toEqual([name, 0]);
    }
  });

  it('are closed to browsers, whatever they ask', async () => {
    const headers = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-origin' },
    ];
    for (const one of headers) {
      expect((await ask(api(), 'GET', '/v1/status', { headers: one })).status).toBe(403);
      const body = JSON.stringify({ by: 'evil', reason: 'x' });
      expect((await ask(api(), 'POST', '/v1/stop', { headers: one, body })).status).toBe(403);
    }
    expect(await readdir(state())).not.toContain('STOP');
    expect((await ask(api(), 'GET', '/v1/status')).status).toBe(200);
  });

  it('take no body over the limit, told or untold, and none that is not what they ask for', async () => {
    const large = JSON.stringify({ by: 'x', reason: 'x'.repeat(20_000) });
    expect((await ask(api(), 'POST', '/v1/stop', { body: large })).status).toBe(413);
    const chunked = { 'transfer-encoding': 'chunked' };
    expect((await ask(api(), 'POST', '/v1/stop', { body: large, headers: chunked })).status).toBe(413);
    const bodies = [
      '',
      '{',
      'null',
      '[]',
      '{}',
      '{"by":""}',
      '{"by":"x","reason":1}',
      '{"by":"x","reason":"y","z":1}',
    ];
    for (const body of bodies)
      expect([body, (await ask(api(), 'POST', '/v1/stop', { body })).status]).toEqual([body, 400]);
    expect(await readdir(state())).not.toContain('STOP');
  });

  it('know only their own verbs', async () => {
    const unknown = [
      ['GET', '/v1/stop'],
      ['GET', '/v1/resume'],
      ['PUT', '/v1/stop'],
      ['DELETE', '/v1/entries'],
      ['POST', '/v1/status'],
      ['POST', '/v1/changes/x'],
      ['GET', '/'],
      ['GET', '/v1/../state'],
      ['POST', '/v1/merge'],
    ] as const;
    for (const [method, path] of unknown)
      expect([method, path, (await ask(api(), method, path)).status]).toEqual([method, path, 404]);
  });

  it('answer nobody who came by the data port, and no admin who lacks the header that it strips', async () => {
    const port = Number(new URL(url).port);
    for (const path of ['/v1/status', '/running', '/routes', '/stats', '/observe?nonce=x'])
      expect((await ask({ port }, 'GET', path, { headers: { 'x-autoland-control': '1' } })).body).toBe(
        'fine',
      );
    for (const name of ['supervisor.sock', 'router-shop.sock'])
      expect((await ask(join(state(), 'run', name), 'GET', '/running')).status).toBe(403);
  });

  it('are not on TCP: nothing listens there but the data port, on loopback', async () => {
    const pids = await withDescendants(up.pid ?? 0);
    expect(pids.length).toBeGreaterThan(3);
    const listening = (await Promise.all(pids.map(listeners))).flat();
    const port = Number(new URL(url).port);
    expect(listening).toEqual([`0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`]);
  });
});

async function readyUrl(up: ChildProcess): Promise<string> {
  if (up.stdout === null) throw new Error('up has no output');
  for await (const line of createInterface({ input: up.stdout })) {
    const { event, services } = JSON.parse(line);
    if (event !== 'ready') continue;
    const { url } = services[0];
    // The router may still be starting.
    for (let tries = 0; tries < 200; tries += 1) {
      const reply = await ask({ port: Number(new URL(url).port) }, 'GET', '/').catch(() => undefined);
      if (reply?.body === 'fine') return url;
      await sleep(50);
    }
  }
  throw new Error('up never became ready');
}

type Given = { readonly headers?: Record<string, string>; readonly body?: string };

function ask(
  to: string | { port: number },
  method: string,
  path: string,
  { headers = {}, body }: Given = {},
) {
  const target = typeof to === 'string' ? { socketPath: to } : { host: '127.0.0.1', port: to.port };
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    request({ ...target, method, path, headers, agent: false }, async (response) => {
      resolve({ status: response.statusCode ?? 0, body: await text(response) });
    })
      .on('error', reject)
      .end(body);
  });
}

async function withDescendants(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const below = await Promise.all(
    children
      .split(' ')
      .filter(Boolean)
      .map((one) => withDescendants(Number(one))),
  );
  return [pid, ...below.flat()];
}

/** `ADDRESS:PORT` in hex, of every TCP socket (both families, its own network namespace) on which the process listens. */
async function listeners(pid: number): Promise<string[]> {
  const names = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const links = await Promise.all(names.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
  const own = new Set(links.map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]));
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((table) => readFile(`/proc/${pid}/net/${table}`, 'utf8').catch(() => '')),
  );
  return tables
    .flatMap((table) => table.trim().split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([, local = '', , kind, , , , , , inode]) => (kind === '0A' && own.has(inode) ? [local] : []));
}
