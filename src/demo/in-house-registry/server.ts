import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type HostedVersion, readPackages } from './packages.ts';
import { packumentOf, tarballPath } from './packument.ts';

export type InHouseRegistry = {
  /** With a trailing slash, as npm's `@scope:registry` wants it. */
  readonly url: string;
  close(): Promise<void>;
};

type Answer = { readonly type: string; readonly body: Buffer };

/**
 * A read-only npm registry on a free loopback port, for the packages below `packagesDir`
 * (`[@scope/]<name>/<version>/`), read once at the start. `published`: `name@version` to ISO date.
 * Rejects with `manifest.invalid` as `readPackages` does.
 */
export async function startInHouseRegistry(options: {
  packagesDir: string;
  published: Readonly<Record<string, string>>;
}): Promise<InHouseRegistry> {
  const packages = await readPackages(options.packagesDir, options.published);
  const answers = new Map<string, Answer>();
  const server = createServer((request, response) => {
    reply(request, response, answers);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  const origin = `http://127.0.0.1:${address.port}`;
  fill(answers, packages, origin);
  return {
    url: `${origin}/`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function fill(answers: Map<string, Answer>, packages: readonly HostedVersion[], origin: string): void {
  for (const [name, versions] of Map.groupBy(packages, (hosted) => hosted.name)) {
    const body = Buffer.from(JSON.stringify(packumentOf(versions, origin)));
    answers.set(`/${name}`, { type: 'application/json', body });
  }
  for (const hosted of packages) {
    answers.set(tarballPath(hosted), { type: 'application/octet-stream', body: hosted.tarball });
  }
  answers.set('/-/ping', { type: 'application/json', body: Buffer.from('{}') });
}

function reply(
  request: IncomingMessage,
  response: ServerResponse,
  answers: ReadonlyMap<string, Answer>,
): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    fail(response, 405, 'this registry is read-only');
    return;
  }
  const answer = answers.get(pathOf(request.url ?? '/') ?? '');
  if (answer === undefined) {
    fail(response, 404, 'Not found');
    return;
  }
  response.writeHead(200, { 'content-type': answer.type, 'content-length': answer.body.length });
  response.end(request.method === 'HEAD' ? undefined : answer.body);
}

/** npm asks for `/@scope%2fname`. undefined: not a path at all. */
function pathOf(url: string): string | undefined {
  try {
    return decodeURIComponent(url.split('?')[0] ?? '');
  } catch {
    return undefined;
  }
}

function fail(response: ServerResponse, status: number, error: string): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ error }));
}
