import ssri from 'ssri';
import type { AttemptLimits } from './attempts.ts';
import { HttpReader } from './http-reader.ts';
import type { NpmSettings } from './npm-settings.ts';
import { invalid, type Packument, type PackumentVersion, parsePackument, parseVersion } from './packument.ts';

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

/** The user's registries, by scope: reads only, with the user's credentials, never sent to another origin. */
export class UpstreamRegistry {
  readonly #settings: NpmSettings;
  readonly #limits: UpstreamLimits;
  readonly #reader: HttpReader;

  constructor(settings: NpmSettings, limits: Partial<UpstreamLimits> = {}) {
    this.#settings = settings;
    this.#limits = { ...DEFAULTS, ...limits };
    this.#reader = new HttpReader(settings, this.#limits);
  }

  /** Each registry that the settings name, ending in a slash. */
  origins(): readonly string[] {
    const scoped = Object.entries(this.#settings).filter(([key]) => /^@[^:]+:registry$/.test(key));
    const urls = [this.#settings.registry, ...scoped.map(([, url]) => String(url))];
    return [...new Set(urls.map(withSlash))];
  }

  /** undefined: the registry says that there is no such package. */
  async packument(name: string): Promise<Packument | undefined> {
    const limit = this.#limits.packumentBytes;
    const bytes = await this.#reader.read({
      url: this.#urlOf(name),
      name,
      accept: 'application/json',
      limit,
    });
    return bytes === undefined ? undefined : parsePackument(name, bytes.toString('utf8'));
  }

  /** What is stated of one version; undefined: nothing. Registries need not answer that, and may reject in any way. */
  async version(name: string, version: string): Promise<PackumentVersion | undefined> {
    const url = `${this.#urlOf(name)}/${encodeURIComponent(version)}`;
    const limit = this.#limits.packumentBytes;
    const bytes = await this.#reader.read({ url, name, accept: 'application/json', limit });
    return bytes === undefined ? undefined : parseVersion(name, version, bytes.toString('utf8'));
  }

  /** The bytes, whose integrity is the one that the packument states; undefined: the registry has them no longer. */
  async tarball({ name, version, dist }: PackumentVersion): Promise<Buffer | undefined> {
    if (new URL(dist.tarball).origin !== new URL(this.registryOf(name)).origin) {
      throw invalid(name, `the tarball of ${version} lies on another host, ${new URL(dist.tarball).host}`);
    }
    const expected = expectedIntegrity({ name, version, dist });
    const bytes = await this.#tarballAt(dist.tarball, name);
    if (bytes !== undefined && ssri.checkData(bytes, expected) === false) {
      throw invalid(
        name,
        `the tarball of ${version} is not the one that the registry's integrity stands for`,
      );
    }
    return bytes;
  }

  /** The bytes that lie where the public registry would have them, of whatever integrity; undefined: nothing lies there. */
  usualTarball(name: string, file: string): Promise<Buffer | undefined> {
    return this.#tarballAt(`${this.registryOf(name)}${name}/-/${encodeURIComponent(file)}`, name);
  }

  #tarballAt(url: string, name: string): Promise<Buffer | undefined> {
    const limit = this.#limits.tarballBytes;
    return this.#reader.read({ url, name, accept: 'application/octet-stream', limit });
  }

  #urlOf(name: string): string {
    return `${this.registryOf(name)}${name.replace('/', '%2f')}`;
  }

  /** The URL of the registry that serves the package, ending in a slash. */
  registryOf(name: string): string {
    const scope = name.startsWith('@') ? name.slice(0, name.indexOf('/')) : undefined;
    const own = scope === undefined ? undefined : this.#settings[`${scope}:registry`];
    return withSlash(typeof own === 'string' ? own : this.#settings.registry);
  }
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
