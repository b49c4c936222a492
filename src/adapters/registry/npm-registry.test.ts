import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { registryContract } from '../../testing/contracts/registry.ts';
import { packPackage, packTarball } from '../../testing/tarball.ts';
import { startVerdaccio, type TestRegistry } from '../../testing/verdaccio.ts';
import { NpmRegistry } from './npm-registry.ts';

const FAST = { totalMs: 1_500, retries: 1 };

describe('NpmRegistry over verdaccio', () => {
  let verdaccio: TestRegistry;
  beforeAll(async () => {
    const name = 'example';
    verdaccio = await startVerdaccio({
      packages: [
        {
          name,
          version: '1.0.0',
          publishedAt: '2026-01-01T00:00:00.000Z',
          manifest: { scripts: { postinstall: 'node x.js' }, dependencies: { other: '^1.0.0' } },
          files: { 'binding.gyp': '{}', 'x.js': '' },
        },
        { name, version: '1.10.0', publishedAt: '2026-03-01T00:00:00.000Z' },
        {
          name,
          version: '1.9.0',
          publishedAt: '2026-02-01T00:00:00.000Z',
          manifest: { deprecated: 'use 1.10' },
        },
        { name: '@private/thing', version: '1.0.0', files: { 'lib/binding.gyp': '{}' } },
      ],
    });
    await tag(verdaccio, name, '1.10.0');
  });
  afterAll(() => verdaccio.close());

  registryContract(async () => new NpmRegistry({ settings: { registry: verdaccio.url } }));

  it('has nothing that was published after `before`, and lets latest fall back', async () => {
    const before = () => new Date('2026-02-15T00:00:00Z');
    const registry = new NpmRegistry({ settings: { registry: verdaccio.url }, before });
    const described = await registry.describe('example');
    expect(described?.versions.map(({ version }) => version)).toEqual(['1.0.0', '1.9.0']);
    expect(described?.latest).toBe('1.9.0');
    expect(await registry.manifest('example', '1.10.0')).toBeUndefined();
  });

  it('reads a scope from its own registry with its token, and is refused without', async () => {
    const host = new URL(verdaccio.url).host;
    const scoped = { registry: 'http://127.0.0.1:9/', '@private:registry': verdaccio.url };
    const registry = new NpmRegistry({ settings: { ...scoped, [`//${host}/:_authToken`]: verdaccio.token } });
    expect(await registry.manifest('@private/thing', '1.0.0')).toMatchObject({ hasGypFile: false });
    expect(await registry.origins()).toEqual(['http://127.0.0.1:9/', verdaccio.url]);
    const anonymous = new NpmRegistry({ settings: scoped, limits: FAST });
    await expect(anonymous.describe('@private/thing')).rejects.toMatchObject({
      code: 'registry.unreachable',
    });
  });

  it('is unreachable when nothing listens', async () => {
    const registry = new NpmRegistry({ settings: { registry: 'http://127.0.0.1:9/' }, limits: FAST });
    await expect(registry.describe('example')).rejects.toMatchObject({ code: 'registry.unreachable' });
  });
});

async function tag(registry: TestRegistry, name: string, version: string): Promise<void> {
  const response = await fetch(`${registry.url}-/package/${name}/dist-tags/latest`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${registry.token}` },
    body: JSON.stringify(version),
  });
  expect(response.status).toBeLessThan(300);
}

describe('NpmRegistry over a registry that lies', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  async function lying(
    listener: (base: string) => RequestListener,
  ): Promise<{ base: string; registry: NpmRegistry }> {
    const server = createServer((request, response) => listener(base)(request, response));
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
    const limits = { ...FAST, packumentBytes: 100_000, tarballBytes: 100_000 };
    return {
      base,
      registry: new NpmRegistry({
        settings: { registry: base, [`//${new URL(base).host}/:_authToken`]: 'secret' },
        limits,
      }),
    };
  }

  /** Serves one version whose packument states the integrity of `stated`, and `served` as its tarball. */
  const offering =
    (
      stated: Buffer,
      served: Buffer,
      change: (version: Record<string, unknown>) => object = (version) => version,
    ) =>
    (base: string): RequestListener =>
    (request, response) => {
      if (request.url?.endsWith('.tgz')) return response.end(served);
      const integrity = `sha512-${createHash('sha512').update(stated).digest('base64')}`;
      const dist = { tarball: `${base}a/-/a-1.0.0.tgz`, integrity };
      return response.end(
        JSON.stringify({ name: 'a', versions: { '1.0.0': change({ name: 'a', version: '1.0.0', dist }) } }),
      );
    };

  const answers: readonly (readonly [string, string])[] = [
    ['text that is not JSON', 'hello'],
    ['JSON of another shape', '[]'],
    ['another package', JSON.stringify({ name: 'b', versions: {} })],
    [
      'a version that is not semver',
      JSON.stringify({
        name: 'a',
        versions: { one: { name: 'a', version: 'one', dist: { tarball: 'http://127.0.0.1/x.tgz' } } },
      }),
    ],
    [
      'a version without dist',
      JSON.stringify({ name: 'a', versions: { '1.0.0': { name: 'a', version: '1.0.0' } } }),
    ],
    [
      'a time that is none',
      JSON.stringify({
        name: 'a',
        time: { '1.0.0': 'yesterday' },
        versions: { '1.0.0': { name: 'a', version: '1.0.0', dist: { tarball: 'http://127.0.0.1/x.tgz' } } },
      }),
    ],
    ['an endless answer', JSON.stringify({ name: 'a', readme: 'x'.repeat(200_000) })],
  ];
  it.each(answers)('calls %s invalid', async (_, body) => {
    const { registry } = await lying(() => (_request, response) => response.end(body));
    await expect(registry.describe('a')).rejects.toMatchObject({ code: 'registry.invalid' });
  });

  it('calls a server that hangs, in the head or in the body, and one that only fails, unreachable', async () => {
    const hanging = await lying(() => () => {});
    const stalling = await lying(() => (_request, response) => response.write('{"name":'));
    const failing = await lying(() => (_request, response) => response.writeHead(500).end());
    for (const { registry } of [hanging, stalling, failing]) {
      await expect(registry.describe('a')).rejects.toMatchObject({ code: 'registry.unreachable' });
    }
  });

  it('refuses a tarball that differs from the stated integrity, and one without any', async () => {
    const good = packPackage({ name: 'a', version: '1.0.0' });
    const tampered = packPackage({ name: 'a', version: '1.0.0', scripts: { postinstall: 'evil' } });
    const swapped = await lying(offering(good, tampered));
    await expect(swapped.registry.manifest('a', '1.0.0')).rejects.toMatchObject({ code: 'registry.invalid' });
    const bare = await lying((base) =>
      offering(good, good, (version) => ({ ...version, dist: { tarball: `${base}a/-/a-1.0.0.tgz` } }))(base),
    );
    await expect(bare.registry.manifest('a', '1.0.0')).rejects.toMatchObject({ code: 'registry.invalid' });
    const honest = await lying(offering(good, good));
    expect(await honest.registry.manifest('a', '1.0.0')).toMatchObject({ scripts: {} });
  });

  it('refuses a tarball that is no package, or another one', async () => {
    const bodies = [
      Buffer.from('not a tarball'),
      packPackage({ name: 'b', version: '1.0.0' }),
      packPackage({ name: 'a', version: '2.0.0' }),
      packTarball([{ path: 'package/readme', text: 'no manifest' }]),
      packTarball([{ path: 'package/package.json', text: '../../secret', type: 'SymbolicLink' }]),
    ];
    for (const body of bodies) {
      const { registry } = await lying(offering(body, body));
      await expect(registry.manifest('a', '1.0.0')).rejects.toMatchObject({ code: 'registry.invalid' });
    }
  });

  it('believes the tarball, not the summary, and of two files of one name the one that npm would keep', async () => {
    const text = (scripts: object) => JSON.stringify({ name: 'a', version: '1.0.0', scripts });
    const body = packTarball([
      { path: 'package/package.json', text: text({}) },
      { path: 'other/./package.json', text: text({ postinstall: 'evil' }) },
    ]);
    const { registry } = await lying(offering(body, body, (version) => ({ ...version, scripts: {} })));
    expect((await registry.manifest('a', '1.0.0'))?.scripts).toEqual({ postinstall: 'evil' });
  });

  it('follows a redirect at home, and never one to another host', async () => {
    let reached = false;
    const foreign = await lying(() => (_request, response) => {
      reached = true;
      response.end('{}');
    });
    const away = await lying(
      () => (_request, response) => response.writeHead(302, { location: `${foreign.base}a` }).end(),
    );
    await expect(away.registry.describe('a')).rejects.toMatchObject({ code: 'registry.invalid' });
    expect(reached).toBe(false);
    const home = await lying(
      () => (request, response) =>
        request.url === '/a'
          ? response.writeHead(302, { location: '/b' }).end()
          : response.end('{"name":"a"}'),
    );
    expect(await home.registry.describe('a')).toEqual({ name: 'a', versions: [], latest: undefined });
  });

  it('does not fetch a tarball from another host than its registry', async () => {
    const good = packPackage({ name: 'a', version: '1.0.0' });
    const foreign = await lying(offering(good, good));
    const { registry } = await lying(() => offering(good, good)(foreign.base));
    await expect(registry.manifest('a', '1.0.0')).rejects.toMatchObject({ code: 'registry.invalid' });
  });
});
