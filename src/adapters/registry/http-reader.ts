import type fetchType from 'make-fetch-happen';
import getAuth from 'npm-registry-fetch/lib/auth.js';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { type AttemptLimits, isTransient, persist, retryAfterMs, Transient } from './attempts.ts';
import { Connections } from './connections.ts';
import type { NpmSettings } from './npm-settings.ts';
import { invalid } from './packument.ts';

const MAX_REDIRECTS = 3;

/** Asks servers as the user's own npm would: with its certificates, proxy and credentials, which never go to another origin. */
export class HttpReader {
  readonly #settings: NpmSettings;
  readonly #limits: AttemptLimits;
  readonly #connections: Connections;

  constructor(settings: NpmSettings, limits: AttemptLimits) {
    this.#settings = settings;
    this.#limits = limits;
    this.#connections = new Connections(settings, limits.totalMs);
  }

  /** undefined: the server has no such thing. Rejects with `registry.unreachable` or `registry.invalid`. */
  async read(request: ReadRequest): Promise<Buffer | undefined> {
    try {
      // Loaded at the first use: it takes as long to load as a third of all else, and a restart must be quick.
      const { default: fetch } = await import('make-fetch-happen');
      return await persist((signal, alive) => {
        const get = async (url: string) => fetch(url, await this.#fetchOptions(url, request, signal));
        return follow(request, get, alive);
      }, this.#limits);
    } catch (thrown) {
      if (thrown instanceof AutolandError) throw thrown;
      throw unreachable(request, messageOf(thrown), thrown);
    }
  }

  async #fetchOptions(url: string, { accept, body }: ReadRequest, signal: AbortSignal) {
    const settings = this.#settings;
    const auth = getAuth(url, settings);
    const certificate = { cert: auth.cert ?? settings.cert, key: auth.key ?? settings.key };
    const authorization = auth.token ? `Bearer ${auth.token}` : auth.auth ? `Basic ${auth.auth}` : undefined;
    const headers = {
      accept,
      'user-agent': 'autoland',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(authorization === undefined ? {} : { authorization }),
    };
    return {
      method: body === undefined ? 'GET' : 'POST',
      ...(body === undefined ? {} : { body }),
      headers,
      signal,
      redirect: 'manual',
      timeout: this.#limits.totalMs,
      // Attempts are made above: the client knows neither Retry-After nor a body that breaks off.
      retry: { retries: 0 },
      strictSSL: settings.strictSSL,
      agent: await this.#connections.to(url, certificate),
    };
  }
}

type Get = (url: string) => ReturnType<typeof fetchType>;

export type ReadRequest = {
  readonly url: string;
  readonly name: string;
  readonly accept: string;
  /** Of the answer, in bytes. */
  readonly limit: number;
  /** JSON to be posted; absent: the URL is read. */
  readonly body?: string;
};

async function follow(request: ReadRequest, get: Get, alive: () => void): Promise<Buffer | undefined> {
  let url = request.url;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const response = await get(url);
    alive();
    const location = response.headers.get('location');
    if (response.status === 200) return readBody(response.body, request, alive);
    response.body.destroy();
    // 405 and 501: a server without what was posted to.
    const lacks = response.status === 405 || response.status === 501;
    if (response.status === 404 || (lacks && request.body !== undefined)) return undefined;
    if (isTransient(response.status)) {
      const after = retryAfterMs(response.headers.get('retry-after'), new Date());
      throw new Transient(`status ${response.status}`, after);
    }
    if (response.status < 300 || response.status > 399 || location === null) {
      throw unreachable(request, `status ${response.status}`);
    }
    const next = new URL(location, url);
    if (request.body !== undefined) throw unreachable(request, 'it redirects what is posted');
    // Credentials go along with a redirect: to the same origin only.
    if (next.origin !== new URL(url).origin) throw invalid(request.name, `it redirects to ${next.host}`);
    url = next.href;
  }
  throw invalid(request.name, 'it redirects without end');
}

async function readBody(
  body: AsyncIterable<Uint8Array> & { destroy(): void },
  request: ReadRequest,
  alive: () => void,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    alive();
    size += chunk.length;
    if (size > request.limit) {
      body.destroy();
      throw invalid(request.name, `it is larger than ${request.limit} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function unreachable({ name, url }: ReadRequest, found: string, cause?: unknown): AutolandError {
  const { host } = new URL(url);
  return new AutolandError(
    'registry.unreachable',
    `the registry ${host} should answer about ${name}, but: ${found}`,
    {
      mend: '`npm ping` and `npm config list` show whether npm itself reaches it; behind a company proxy set NODE_USE_SYSTEM_CA=1',
      cause,
    },
  );
}
