import getAuth from 'npm-registry-fetch/lib/auth.js';
import ssri from 'ssri';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import type { NpmSettings } from './npm-settings.ts';
import { invalid, type Packument, type PackumentVersion, parsePackument } from './packument.ts';

export type UpstreamLimits = {
  /** For one answer, all attempts included. */
  readonly totalMs: number;
  readonly retries: number;
  readonly packumentBytes: number;
  readonly tarballBytes: number;
};

const DEFAULTS: UpstreamLimits = {
  totalMs: 60_000,
  retries: 2,
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
    const signal = AbortSignal.timeout(this.#limits.totalMs);
    const expired = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () =>
        reject(new Error(`no answer within ${this.#limits.totalMs} ms`)),
      );
    });
    try {
      return await Promise.race([this.#follow(request, signal), expired]);
    } catch (thrown) {
      if (thrown instanceof AutolandError) throw thrown;
      throw unreachable(request, messageOf(thrown), thrown);
    }
  }

  async #follow(request: ReadRequest, signal: AbortSignal): Promise<Buffer | undefined> {
    // Loaded at the first use: it takes as long to load as a third of all else, and a restart must be quick.
    const { default: fetch } = await import('make-fetch-happen');
    let url = request.url;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
      const response = await fetch(url, this.#fetchOptions(url, request, signal));
      const location = response.headers.get('location');
      if (response.status === 200) return readBody(response.body, request);
      response.body.destroy();
      if (response.status === 404) return undefined;
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
      retry: { retries: this.#limits.retries, factor: 2, minTimeout: 200, maxTimeout: 2_000 },
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

type ReadRequest = {
  readonly url: string;
  readonly name: string;
  readonly accept: string;
  /** Bytes. */
  readonly limit: number;
};

async function readBody(
  body: AsyncIterable<Uint8Array> & { destroy(): void },
  request: ReadRequest,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
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
