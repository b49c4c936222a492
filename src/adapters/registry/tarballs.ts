import { LRUCache } from 'lru-cache';
import ssri from 'ssri';
import { Limiter } from '../../domain/limiter.ts';
import type { PackumentVersion } from './packument.ts';
import type { Packuments } from './packuments.ts';
import { versionInName, versionOfFile } from './proxy-document.ts';
import { TarballCache } from './tarball-cache.ts';
import { expectedIntegrity, type UpstreamRegistry } from './upstream.ts';

/** The digest that people have landed for a version of a package, as in a lockfile; undefined: none. */
export type LandedDigest = (name: string, version: string) => Promise<string | undefined>;

export type TarballsOptions = {
  readonly upstream: UpstreamRegistry;
  readonly packuments: Packuments;
  /** What was published later does not exist. */
  readonly before: () => Date | undefined;
  /** undefined: nothing is kept. */
  readonly cacheDir: string | undefined;
  /** What it knows need not be asked of the registry. undefined: it knows nothing. */
  readonly landed?: LandedDigest | undefined;
};

// Each may hold a tarball in memory.
const MAX_UPSTREAM = 8;
const MAX_VERSIONS = 5_000;
const VERSION_MS = 60_000;

/**
 * The tarballs of the user's registries, checked against what people have landed of them or these state; each read once however many
 * ask at a time.
 */
export class Tarballs {
  readonly #options: TarballsOptions;
  readonly #cache: TarballCache;
  readonly #limiter = new Limiter(MAX_UPSTREAM);
  readonly #versions: LRUCache<string, { readonly own: PackumentVersion | undefined }>;
  readonly #underWay = new Map<string, Promise<Buffer | undefined>>();
  /** Registries that have tarballs elsewhere than the public one. */
  readonly #unusual = new Set<string>();

  constructor(options: TarballsOptions) {
    this.#options = options;
    this.#cache = new TarballCache(options.cacheDir);
    this.#versions = new LRUCache({
      max: MAX_VERSIONS,
      ttl: VERSION_MS,
      ignoreFetchAbort: true,
      fetchMethod: async (key) => ({ own: await this.#ask(key) }),
    });
  }

  /** undefined: there is no such file. Rejects with `registry.unreachable` or `registry.invalid`. */
  get(name: string, file: string): Promise<Buffer | undefined> {
    const key = `${name}/${file}`;
    const running = this.#underWay.get(key);
    if (running !== undefined) return running;
    const reading = this.#read(name, file).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, reading);
    return reading;
  }

  async #read(name: string, file: string): Promise<Buffer | undefined> {
    return (await this.#asLanded(name, file)) ?? (await this.#asStated(name, file));
  }

  /** Saves half of all questions. undefined: ask what the registry states. */
  async #asLanded(name: string, file: string): Promise<Buffer | undefined> {
    const { landed, upstream, before } = this.#options;
    const version = versionInName(name, file);
    if (landed === undefined || version === undefined || before() !== undefined) return undefined;
    const integrity = await landed(name, version).catch(() => undefined);
    if (!isStrong(integrity)) return undefined;
    const known = this.#cache.get(integrity);
    const registry = upstream.registryOf(name);
    if (known !== undefined || this.#unusual.has(registry)) return known;
    const bytes = await this.#limiter.run(() => upstream.usualTarball(name, file)).catch(() => undefined);
    if (bytes === undefined || ssri.checkData(bytes, integrity) === false) {
      this.#unusual.add(registry);
      return undefined;
    }
    this.#cache.put(integrity, bytes);
    return bytes;
  }

  async #asStated(name: string, file: string): Promise<Buffer | undefined> {
    const { packuments, upstream } = this.#options;
    const packument = async () => {
      const whole = await packuments.get(name);
      return whole && versionOfFile(whole, file);
    };
    const stated = (await this.#alone(name, file)) ?? (await packument());
    if (stated === undefined) return undefined;
    const integrity = expectedIntegrity(stated);
    const known = this.#cache.get(integrity);
    if (known !== undefined) return known;
    const bytes = await this.#limiter.run(() => upstream.tarball(stated));
    if (bytes !== undefined) this.#cache.put(integrity, bytes);
    return bytes;
  }

  /**
   * What the registry states of one version alone: its document about the whole package may have ten megabytes. undefined: ask
   * that one; it alone has times of publication, and not every registry answers for single versions.
   */
  async #alone(name: string, file: string): Promise<PackumentVersion | undefined> {
    const version = versionInName(name, file);
    if (version === undefined || this.#options.before() !== undefined) return undefined;
    return (await this.#versions.forceFetch(`${name}@${version}`)).own;
  }

  #ask(key: string): Promise<PackumentVersion | undefined> {
    const at = key.lastIndexOf('@');
    const asked = () => this.#options.upstream.version(key.slice(0, at), key.slice(at + 1));
    return this.#limiter.run(asked).catch(() => undefined);
  }
}

/** sha1 can be made to collide. */
function isStrong(integrity: string | undefined): integrity is string {
  return integrity !== undefined && ssri.parse(integrity)?.sha512 !== undefined;
}
