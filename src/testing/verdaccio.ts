import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runServer } from 'verdaccio';
import { z } from 'zod';
import { packPackage } from './tarball.ts';

export type TestPackage = {
  /** A name in the scope `@private` can only be read with the token. */
  readonly name: string;
  readonly version: string;
  /** Further fields of its package.json. */
  readonly manifest?: Readonly<Record<string, unknown>>;
  readonly files?: Readonly<Record<string, string>>;
  /** In place of the one that `npm pack` would make of these. */
  readonly tarball?: Buffer;
  /** RFC 3339; default: now. */
  readonly publishedAt?: string;
};

export type TestRegistry = {
  /** Ends in a slash. */
  readonly url: string;
  readonly token: string;
  publish(pkg: TestPackage): Promise<void>;
  close(): Promise<void>;
};

/** A real npm registry on loopback, in this process, without uplinks, with these packages. */
export async function startVerdaccio({
  packages = [],
}: {
  packages?: readonly TestPackage[];
} = {}): Promise<TestRegistry> {
  const directory = await mkdtemp(join(tmpdir(), 'autoland-verdaccio-'));
  const server: Server = await runServer(configuration(directory));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('verdaccio has no port');
  const url = `http://127.0.0.1:${address.port}/`;
  const token = await createUser(url);
  const publish = (pkg: TestPackage) => publishTo({ url, token, directory }, pkg);
  for (const pkg of packages) await publish(pkg);
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await rm(directory, { recursive: true, force: true });
  };
  return { url, token, publish, close };
}

function configuration(directory: string) {
  return {
    self_path: directory,
    storage: join(directory, 'storage'),
    auth: { htpasswd: { file: join(directory, 'htpasswd'), max_users: 100 } },
    uplinks: {},
    packages: {
      '@private/*': { access: '$authenticated', publish: '$authenticated' },
      '**': { access: '$all', publish: '$authenticated' },
    },
    web: { enable: false },
    log: { type: 'stdout', format: 'json', level: 'fatal' },
  };
}

async function createUser(url: string): Promise<string> {
  const password = randomBytes(16).toString('hex');
  const answer = await send(`${url}-/user/org.couchdb.user:tester`, { name: 'tester', password });
  return z.object({ token: z.string() }).parse(answer).token;
}

async function publishTo(
  registry: { url: string; token: string; directory: string },
  pkg: TestPackage,
): Promise<void> {
  const { name, version } = pkg;
  const manifest = { ...pkg.manifest, name, version };
  const tarball = pkg.tarball ?? packPackage(manifest, pkg.files);
  const file = `${name}-${version}.tgz`;
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  const shasum = createHash('sha1').update(tarball).digest('hex');
  const dist = { integrity, shasum, tarball: `${registry.url}${name}/-/${file}` };
  const attachment = {
    content_type: 'application/octet-stream',
    data: tarball.toString('base64'),
    length: tarball.length,
  };
  const document = {
    _id: name,
    name,
    'dist-tags': { latest: version },
    versions: { [version]: { ...manifest, _id: `${name}@${version}`, dist } },
    _attachments: { [file]: attachment },
  };
  await send(`${registry.url}${name.replace('/', '%2f')}`, document, registry.token);
  if (pkg.publishedAt !== undefined) await backdate(registry.directory, pkg, pkg.publishedAt);
}

/** The registry stamps what it gets with the time of day: only its own storage can say otherwise. */
async function backdate(
  directory: string,
  { name, version }: TestPackage,
  publishedAt: string,
): Promise<void> {
  const path = join(directory, 'storage', name, 'package.json');
  const stored = z
    .looseObject({ time: z.record(z.string(), z.string()) })
    .parse(JSON.parse(await readFile(path, 'utf8')));
  await writeFile(path, JSON.stringify({ ...stored, time: { ...stored.time, [version]: publishedAt } }));
}

async function send(url: string, body: unknown, token?: string): Promise<unknown> {
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const response = await fetch(url, { method: 'PUT', headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`PUT ${url}: ${response.status} ${text}`);
  return JSON.parse(text);
}
