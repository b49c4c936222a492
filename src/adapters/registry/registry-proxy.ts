import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { AutolandError } from '../../domain/errors.ts';
import { createServer } from '../node-http.ts';
import { endServer, listenAt } from '../socket-server.ts';
import type { NpmSettings } from './npm-settings.ts';
import { Packuments } from './packuments.ts';
import { publicDocument, tarballName } from './proxy-document.ts';
import { type ProxyRoute, routeOf } from './proxy-route.ts';
import { type LandedDigest, Tarballs } from './tarballs.ts';
import { type UpstreamLimits, UpstreamRegistry } from './upstream.ts';

export type ProxyRequest = {
  readonly method: string;
  /** As asked, cut to 200 characters. */
  readonly path: string;
  readonly status: number;
  /** Of the body sent. */
  readonly bytes: number;
  readonly ms: number;
  /** Why it failed: for the operator, never sent inside. */
  readonly error: string | undefined;
};

export type RegistryProxyOptions = {
  /** Path of the Unix socket. */
  readonly socket: string;
  readonly settings: NpmSettings;
  /** Who may connect beside this process's own user: the sandbox's `owner()`. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
  /** What was published later does not exist inside. */
  readonly before?: () => Date | undefined;
  /** As of `before`, shared with others who read them; absent: its own. */
  readonly packuments?: Packuments;
  /** For tarballs; absent: nothing is kept. */
  readonly cacheDir?: string;
  /** What people have landed of packages: it need not be asked of the registry. */
  readonly landed?: LandedDigest;
  readonly limits?: Partial<UpstreamLimits>;
  readonly onRequest?: (request: ProxyRequest) => void;
};

type Answer = {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
  readonly error?: string;
};

/** Where the bridge inside the sandbox listens. */
const INSIDE_URL = 'http://127.0.0.1:4873/';

/**
 * The only way out of a sandbox: the user's registries, read only. Requests carry no body, header or query to them,
 * answers carry no header or unlisted field back, and tarballs are checked first, against the digest that people have landed or the
 * one that the registry states.
 * A package name is still something that a job can say to the outside.
 */
export class RegistryProxy {
  readonly #options: RegistryProxyOptions;
  readonly #packuments: Packuments;
  readonly #tarballs: Tarballs;
  readonly #prefixes: readonly string[];
  readonly #server: Server;

  constructor(options: RegistryProxyOptions) {
    this.#options = options;
    const { settings, limits, before = () => undefined, cacheDir, landed } = options;
    const upstream = new UpstreamRegistry(settings, limits);
    const packuments = options.packuments ?? new Packuments(options);
    this.#packuments = packuments;
    this.#tarballs = new Tarballs({ upstream, packuments, before, cacheDir, landed });
    this.#prefixes = upstream.origins().map((url) => decodeURIComponent(new URL(url).pathname));
    this.#server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, (request, response) => {
      void this.#handle(request, response);
    });
    this.#server.maxConnections = 256;
  }

  start(): Promise<void> {
    const { socket, owner } = this.#options;
    return listenAt(this.#server, socket, owner);
  }

  close(): Promise<void> {
    return endServer(this.#server);
  }

  /** As a job is served it; undefined: there is none. Rejects with `registry.unreachable` or `registry.invalid`. */
  tarball(name: string, version: string): Promise<Buffer | undefined> {
    return this.#tarballs.get(name, tarballName({ name, version }));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = performance.now();
    const { method = '', url = '' } = request;
    request.resume();
    const answer = await this.#answer(routeOf(method, url, this.#prefixes)).catch(failureAnswer);
    const { status, type, body, error } = answer;
    const isHead = method === 'HEAD';
    // A refused body may be on its way: what follows on this connection is not a request.
    const allow = status === 405 ? { allow: 'GET, HEAD', connection: 'close' } : {};
    response.on('error', () => response.destroy());
    response.writeHead(status, { 'content-type': type, 'content-length': body.length, ...allow });
    response.end(isHead ? undefined : body);
    const ms = performance.now() - started;
    this.#options.onRequest?.({
      method,
      path: url.slice(0, 200),
      status,
      bytes: isHead ? 0 : body.length,
      ms,
      error,
    });
  }

  async #answer(route: ProxyRoute): Promise<Answer> {
    if (route.kind === 'refused')
      return message(route.status, route.status === 405 ? 'read only' : 'not found');
    if (route.kind === 'tarball') {
      const body = await this.#tarballs.get(route.name, route.file);
      if (body === undefined) return message(404, 'not found');
      return { status: 200, type: 'application/octet-stream', body };
    }
    const packument = await this.#packuments.get(route.name);
    if (packument === undefined) return message(404, 'not found');
    const body = Buffer.from(publicDocument(packument, INSIDE_URL));
    return { status: 200, type: 'application/json', body };
  }
}

function message(status: number, error: string): Answer {
  return { status, type: 'application/json', body: Buffer.from(JSON.stringify({ error })) };
}

/** Inside only the code is told: a message may name a host or a file of the outside. */
function failureAnswer(thrown: unknown): Answer {
  const code = thrown instanceof AutolandError ? thrown.code : 'internal';
  const error = thrown instanceof Error ? thrown.message : String(thrown);
  return { ...message(code === 'internal' ? 500 : 502, code), error };
}
