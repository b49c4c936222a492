import type fetchType from 'make-fetch-happen';
import getAuth from 'npm-registry-fetch/lib/auth.js';
import ssri from 'ssri';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { type AttemptLimits, isTransient, persist, retryAfterMs, Transient } from './attempts.ts';
import type { NpmSettings } from './npm-settings.ts';
import { invalid, type Packument, type PackumentVersion, parsePackument } from './packument.ts';

export type UpstreamLimits = AttemptLimits & {
  readonly packumentBytes: number;
  readonly tarballBytes: number;
};

const DEFAULTS: UpstreamLimits = {
  totalMs: 60_000,
  retries: 6,
  backoffMs: 250,
  stallMs: 15_000,
  packumentBytes: 128 * 1024 * 1024,
  tarballBytes: 256 * 1024 * 1024,
};
const MAX_REDIRECTS = 3;

/** The user's registries, by scope: reads only, with the user's credentials, never sent to another origin. */
export class UpstreamRegistry {
  readonly #settings: NpmSettings;
  readonly #limits: UpstreamLimits;

  constructor(settings: NpmSettings, limits: Partial<UpstreamLimits> = {}) {
    this.#settings = settings;
    this.#limits = { ...DEFAULTS, ...limits };
  }

  /** Each registry that the settings name, ending in a slash. */
  origins(): readonly string[] {
    const scoped = Object.entries(this.#settings).filter(([key]) => /^@[^:]+:registry$/.test(key));
    const urls = [this.#settings.registry, ...scoped.map(([, url]) => String(url))];
    return [...new Set(urls.map(withSlash))];
  }

  /** undefined: the registry says that there is no such package. */
  async packument(name: string): Promise<Packument | undefined> {
    const registry = this.#registryOf(name);
    const url = `${registry}${name.replace('/', '%2f')}`;
    const bytes = await this.#read({
      url,
      name,
      accept: 'application/json',
      limit: this.#limits.packumentBytes,
    });
    return bytes === undefined ? undefined : parsePackument(name, bytes.toString('utf8'));
  }

  /** The bytes, whose integrity is the one that the packument states; undefined: the registry has them no longer. */
  async tarball({ name, version, dist }: PackumentVersion): Promise<Buffer | undefined> {
    if (new URL(dist.tarball).origin !== new URL(this.#registryOf(name)).origin) {
      throw invalid(name, `the tarball of ${version} lies on another host, ${new URL(dist.tarball).host}`);
    }
    const expected = expectedIntegrity({ name, version, dist });
    const limit = this.#limits.tarballBytes;
    const bytes = await this.#read({ url: dist.tarball, name, accept: 'application/octet-stream', limit });
    if (bytes !== undefined && ssri.checkData(bytes, expected) === false) {
      throw invalid(
        name,
        `the tarball of ${version} is not the one that the registry's integrity stands for`,
      );
    }
    return bytes;
  }

  #registryOf(name: string): string {
    const scope = name.startsWith('@') ? name.slice(0, name.indexOf('/')) : undefined;
    const own = scope === undefined ? undefined : this.#settings[`${scope}:registry`];
    return withSlash(typeof own === 'string' ? own : this.#settings.registry);
  }

  async #read(request: ReadRequest): Promise<Buffer | undefined> {
    try {
      // Loaded at the first use: it takes as long to load as a third of all else, and a restart must be quick.
      const { default: fetch } = await import('make-fetch-happen');
      return await persist((signal, alive) => {
        const get = (url: string) => fetch(url, this.#fetchOptions(url, request, signal));
        return follow(request, get, alive);
      }, this.#limits);
    } catch (thrown) {
      if (thrown instanceof AutolandError) throw thrown;
      throw unreachable(request, messageOf(thrown), thrown);
    }
  }

  #fetchOptions(url: string, { accept }: ReadRequest, signal: AbortSignal) {
    const settings = this.#settings;
    const auth = getAuth(url, settings);
    const authorization = auth.token ? `Bearer ${auth.token}` : auth.auth ? `Basic ${auth.auth}` : undefined;
    const headers = {
      accept,
      'user-agent': 'autoland',
      ...(authorization === undefined ? {} : { authorization }),
    };
    return {
      headers,
      signal,
      redirect: 'manual',
      timeout: this.#limits.totalMs,
      // Attempts are made above: the client knows neither Retry-After nor a body that breaks off.
      retry: { retries: 0 },
      ca: settings.ca,
      cert: auth.cert ?? settings.cert,
      key: auth.key ?? settings.key,
      strictSSL: settings.strictSSL,
      proxy: settings.httpsProxy ?? settings.proxy,
      noProxy: settings.noProxy,
      localAddress: settings.localAddress,
    };
  }
}

type Get = (url: string) => ReturnType<typeof fetchType>;

type ReadRequest = {
  readonly url: string;
  readonly name: string;
  readonly accept: string;
  /** Bytes. */
  readonly limit: number;
};

async function follow(request: ReadRequest, get: Get, alive: () => void): Promise<Buffer | undefined> {
  let url = request.url;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const response = await get(url);
    alive();
    const location = response.headers.get('location');
    if (response.status === 200) return readBody(response.body, request, alive);
    response.body.destroy();
    if (response.status === 404) return undefined;
    if (isTransient(response.status)) {
      const after = retryAfterMs(response.headers.get('retry-after'), new Date());
      throw new Transient(`status ${response.status}`, after);
    }
    if (response.status < 300 || response.status > 399 || location === null) {
      throw unreachable(request, `status ${response.status}`);
    }
    const next = new URL(location, url);
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

/** In Subresource Integrity form, sha512 where the registry gives it. */
export function expectedIntegrity({ name, version, dist }: PackumentVersion): string {
  if (dist.integrity !== undefined && ssri.parse(dist.integrity) !== null) return dist.integrity;
  if (dist.shasum !== undefined && /^[0-9a-f]{40}$/.test(dist.shasum)) {
    return `sha1-${Buffer.from(dist.shasum, 'hex').toString('base64')}`;
  }
  throw invalid(name, `it states no integrity for ${version}`);
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
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
