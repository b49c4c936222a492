import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MemoryRegistry } from './npm-samples.ts';

/** What MemoryRegistry holds, as npm asks for it: packuments over HTTP on a loopback port. It serves no tarballs. */
export class HttpRegistry {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(registry: MemoryRegistry): Promise<HttpRegistry> {
    const server = createServer((request, response) => {
      void packument(registry, decodeURIComponent((request.url ?? '/').slice(1))).then(
        (body) => {
          response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
          response.end(JSON.stringify(body ?? {}));
        },
        () => response.writeHead(503).end(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new HttpRegistry(server);
  }

  get url(): string {
    const { port }: AddressInfo = addressOf(this.#server);
    return `http://127.0.0.1:${port}/`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the registry does not listen');
  return address;
}

async function packument(registry: MemoryRegistry, name: string): Promise<object | undefined> {
  const described = await registry.describe(name);
  if (described === undefined) return undefined;
  const versions: Record<string, object> = {};
  for (const { version } of described.versions) {
    const manifest = await registry.manifest(name, version);
    const tarball = `https://proxy.invalid/${name}/-/${name.split('/').at(-1)}-${version}.tgz`;
    if (manifest === undefined) continue;
    const { integrity, hasGypFile: _gyp, optionalPeers, ...rest } = manifest;
    versions[version] = {
      ...rest,
      // As npm publishes it: what is optional is named twice.
      dependencies: { ...rest.dependencies, ...rest.optionalDependencies },
      peerDependenciesMeta: Object.fromEntries(optionalPeers.map((peer) => [peer, { optional: true }])),
      dist: { tarball, integrity },
    };
  }
  const time = Object.fromEntries(described.versions.map((each) => [each.version, each.publishedAt]));
  return { name, 'dist-tags': { latest: described.latest }, versions, time };
}
