import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packPackage } from '../../testing/tarball.ts';
import { startVerdaccio, type TestRegistry } from '../../testing/verdaccio.ts';
import { type ProxyRequest, RegistryProxy, type RegistryProxyOptions } from './registry-proxy.ts';
import type { LandedDigest } from './tarballs.ts';

type Reply = { status: number; headers: IncomingHttpHeaders; body: Buffer };

describe('RegistryProxy', () => {
  let verdaccio: TestRegistry;
  let root: string;
  const open: RegistryProxy[] = [];
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'autoland-proxy-'));
    verdaccio = await startVerdaccio({
      packages: [
        { name: 'plain', version: '1.0.0', publishedAt: '2026-01-01T00:00:00.000Z' },
        { name: 'plain', version: '2.0.0', publishedAt: '2026-11-20T00:00:00.000Z' },
        { name: '@private/thing', version: '1.0.0', manifest: { dependencies: { plain: '^1.0.0' } } },
      ],
    });
  });
  afterAll(async () => {
    await Promise.all(open.map((proxy) => proxy.close()));
    await verdaccio.close();
    await rm(root, { recursive: true, force: true });
  });

  async function start(change: Partial<RegistryProxyOptions> = {}) {
    const socket = join(root, `${open.length}.sock`);
    const seen: ProxyRequest[] = [];
    const token = { [`//${new URL(verdaccio.url).host}/:_authToken`]: verdaccio.token };
    const settings = { registry: verdaccio.url, ...token };
    const onRequest = (one: ProxyRequest) => seen.push(one);
    const proxy = new RegistryProxy({
      socket,
      settings,
      limits: { totalMs: 1_500, retries: 0 },
      onRequest,
      ...change,
    });
    open.push(proxy);
    await proxy.start();
    return { socket, seen, proxy };
  }

  it('serves documents and tarballs, pointing to itself, with none of the registry’s headers', async () => {
    const { socket, seen } = await start();
    for (const path of ['/plain', '/@private%2fthing', '/@private/thing']) {
      const { status, headers, body } = await send(socket, path);
      expect(status).toBe(200);
      const known = ['connection', 'content-length', 'content-type', 'date', 'keep-alive'];
      expect(new Set(Object.keys(headers))).toEqual(new Set(known));
      expect(body.toString()).not.toContain(new URL(verdaccio.url).host);
      expect(body.toString()).not.toContain(verdaccio.token);
    }
    const document = JSON.parse((await send(socket, '/@private%2fthing')).body.toString());
    expect(document.versions['1.0.0'].dependencies).toEqual({ plain: '^1.0.0' });
    const { pathname, host } = new URL(document.versions['1.0.0'].dist.tarball);
    expect(host).toBe('127.0.0.1:4873');
    const tarball = await send(socket, pathname);
    expect(tarball).toMatchObject({ status: 200, headers: { 'content-type': 'application/octet-stream' } });
    expect(tarball.body.subarray(0, 2).toString('hex')).toBe('1f8b');
    expect(seen.at(-1)).toMatchObject({
      method: 'GET',
      path: pathname,
      status: 200,
      bytes: tarball.body.length,
    });
  });

  it('refuses every method but GET and HEAD, and every path but packages', async () => {
    const { socket } = await start();
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      expect((await send(socket, '/plain', method)).status).toBe(405);
    }
    const paths = [
      '/',
      '/-/whoami',
      '/-/v1/search?text=x',
      '/-/npm/v1/security/audits',
      '/-/all',
      '/plain/-/../../x',
      '/%',
      '/..%2f',
      '/-/user/org.couchdb.user:x',
      '/plain/1.0.0',
      '//evil.example/plain',
      '/plain/-/plain-9.9.9.tgz',
      '/no-such-package',
    ];
    for (const path of paths) expect([path, (await send(socket, path)).status]).toEqual([path, 404]);
    const head = await send(socket, '/plain', 'HEAD');
    expect([head.status, head.body.length]).toEqual([200, 0]);
  });

  it('hides what was published too late, its tarball too', async () => {
    const { socket } = await start({ before: () => new Date('2026-06-01T00:00:00Z') });
    const document = JSON.parse((await send(socket, '/plain')).body.toString());
    expect(Object.keys(document.versions)).toEqual(['1.0.0']);
    expect(Object.keys(document.time)).toEqual(['1.0.0']);
    expect(document['dist-tags']).toEqual({ latest: '1.0.0' });
    expect((await send(socket, '/plain/-/plain-2.0.0.tgz')).status).toBe(404);
    expect((await send(socket, '/plain/-/plain-1.0.0.tgz')).status).toBe(200);
  });

  it('says 502 without telling why, and tells the operator', async () => {
    const { socket, seen } = await start({ settings: { registry: 'http://127.0.0.1:9/' } });
    const reply = await send(socket, '/plain');
    expect([reply.status, reply.body.toString()]).toEqual([502, '{"error":"registry.unreachable"}']);
    expect(seen.at(-1)?.error).toContain('127.0.0.1:9');
  });

  it('passes on neither nonsense nor a tampered tarball, and does not wait for ever', async () => {
    const good = packPackage({ name: 'a', version: '1.0.0' });
    const integrity = `sha512-${createHash('sha512').update(good).digest('base64')}`;
    const liar = createServer((asked, response) => {
      const dist = { integrity, tarball: `http://${asked.headers.host}/a.tgz` };
      if (asked.url === '/a')
        response.end(
          JSON.stringify({ name: 'a', versions: { '1.0.0': { name: 'a', version: '1.0.0', dist } } }),
        );
      else if (asked.url === '/garbage') response.end('<html>');
      else if (asked.url === '/broken') response.writeHead(500).end();
      else if (asked.url === '/a.tgz')
        response.end(packPackage({ name: 'a', version: '1.0.0', scripts: { install: 'evil' } }));
    });
    liar.listen(0, '127.0.0.1');
    await once(liar, 'listening');
    const address = liar.address();
    const registry = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
    const { socket } = await start({ settings: { registry } });
    const replies = await Promise.all(
      ['/a/-/a-1.0.0.tgz', '/garbage', '/broken', '/hangs'].map((path) => send(socket, path)),
    );
    liar.closeAllConnections();
    liar.close();
    expect(replies.map(({ status, body }) => [status, JSON.parse(body.toString()).error])).toEqual([
      [502, 'registry.invalid'],
      [502, 'registry.invalid'],
      [502, 'registry.unreachable'],
      [502, 'registry.unreachable'],
    ]);
  });

  it('keeps tarballs by integrity, and drops one that was changed on disk', async () => {
    const cacheDir = join(root, 'cache');
    const { socket } = await start({ cacheDir });
    const first = await send(socket, '/plain/-/plain-1.0.0.tgz');
    const [kept = ''] = await readdir(cacheDir);
    expect(kept).toMatch(/^[0-9a-f]{128}\.tgz$/);
    expect((await stat(join(cacheDir, kept))).mode & 0o777).toBe(0o600);
    await writeFile(join(cacheDir, kept), 'poison');
    expect((await send(socket, '/plain/-/plain-1.0.0.tgz')).body.equals(first.body)).toBe(true);
    expect((await readFile(join(cacheDir, kept))).equals(first.body)).toBe(true);
  });

  it('serves tarballs where they cannot be kept', async () => {
    const cacheDir = join(root, 'no-directory');
    await writeFile(cacheDir, '');
    const { socket } = await start({ cacheDir });
    expect((await send(socket, '/plain/-/plain-1.0.0.tgz')).status).toBe(200);
  });

  it('asks for a tarball once however many want it, and for no document about the whole package', async () => {
    const { url, asked, close } = await countingRegistry({ answersForVersions: true });
    const { socket } = await start({ settings: { registry: url } });
    const replies = await Promise.all([1, 2, 3].map(() => send(socket, '/@s/a/-/a-1.0.0.tgz')));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(asked).toEqual(['/@s%2fa/1.0.0', '/@s/a/-/a-1.0.0.tgz']);
    close();
  });

  it.each([false, 'nonsense'] as const)(
    'reads that document where the registry answers for single versions with %s',
    async (answersForVersions) => {
      const { url, asked, close } = await countingRegistry({ answersForVersions });
      const { socket } = await start({ settings: { registry: url } });
      expect((await send(socket, '/@s/a/-/a-1.0.0.tgz')).status).toBe(200);
      expect(asked).toEqual(['/@s%2fa/1.0.0', '/@s%2fa', '/@s/a/-/a-1.0.0.tgz']);
      close();
    },
  );

  it('asks for nothing but the tarball where people have landed its digest, and checks it against that', async () => {
    const { url, integrity, asked, close } = await countingRegistry({ answersForVersions: true });
    const landed = async () => integrity;
    const { socket } = await start({ settings: { registry: url }, landed, cacheDir: join(root, 'landed') });
    const replies = [];
    for (let i = 0; i < 2; i += 1) replies.push(await send(socket, '/@s/a/-/a-1.0.0.tgz'));
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    expect(asked).toEqual(['/@s/a/-/a-1.0.0.tgz']);
    close();
  });

  it.each<[string, LandedDigest]>([
    ['is another', async () => sha512('another')],
    ['could be made to collide', async () => 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk='],
    ['cannot be read', () => Promise.reject(new Error('no lockfile'))],
    ['is not known', async () => undefined],
  ])('goes by what the registry states where what was landed %s', async (_how, landed) => {
    const { url, asked, close } = await countingRegistry({ answersForVersions: true });
    const { socket } = await start({ settings: { registry: url }, landed });
    for (let i = 0; i < 2; i += 1) expect((await send(socket, '/@s/a/-/a-1.0.0.tgz')).status).toBe(200);
    const stated = ['/@s%2fa/1.0.0', '/@s/a/-/a-1.0.0.tgz', '/@s/a/-/a-1.0.0.tgz'];
    const first = (await landed('', '').catch(() => undefined))?.startsWith('sha512') ? 1 : 0;
    // The other tarball was looked at once, and not again.
    expect(asked).toEqual([...stated.slice(1, 1 + first), ...stated]);
    close();
  });

  it('lets no digest that was landed show what was published too late', async () => {
    const before = () => new Date('2026-06-01T00:00:00Z');
    const { socket } = await start({ before, landed: () => Promise.reject(new Error('asked')) });
    expect((await send(socket, '/plain/-/plain-2.0.0.tgz')).status).toBe(404);
  });

  it('listens for its owner alone, and again on the socket of a killed process', async () => {
    const { socket, proxy } = await start();
    expect((await stat(socket)).mode & 0o777).toBe(0o600);
    await proxy.close();
    await start({ socket });
    expect((await send(socket, '/plain')).status).toBe(200);
  });
});

/** Serves one version of one package, and tells what it was asked for. */
const sha512 = (content: string | Buffer) =>
  `sha512-${createHash('sha512').update(content).digest('base64')}`;

async function countingRegistry({ answersForVersions }: { answersForVersions: boolean | 'nonsense' }) {
  const tarball = packPackage({ name: '@s/a', version: '1.0.0' });
  const integrity = sha512(tarball);
  const asked: string[] = [];
  const server = createServer(({ url = '', headers }, response) => {
    asked.push(url);
    const dist = { integrity, tarball: `http://${headers.host}/@s/a/-/a-1.0.0.tgz` };
    const version = { name: '@s/a', version: '1.0.0', dist };
    if (url.endsWith('.tgz')) response.end(tarball);
    else if (url === '/@s%2fa')
      response.end(JSON.stringify({ name: '@s/a', versions: { '1.0.0': version } }));
    else if (answersForVersions === false) response.writeHead(404).end();
    else response.end(answersForVersions === 'nonsense' ? '<html>' : JSON.stringify(version));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`,
    integrity,
    asked,
    close,
  };
}

function send(socketPath: string, path: string, method = 'GET'): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path, method }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      });
    });
    sent.on('error', reject);
    sent.end(['POST', 'PUT', 'PATCH'].includes(method) ? 'body' : undefined);
  });
}
