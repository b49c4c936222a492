import { Limiter } from '../../domain/limiter.ts';
import type { PackageManifest, RegistryPackage } from '../../domain/npm/package.ts';
import type { PackageContents } from '../../domain/package-contents.ts';
import type { Registry } from '../../ports/registry.ts';
import { readContents } from './contents.ts';
import type { NpmSettings } from './npm-settings.ts';
import { asOf, type Packument, toRegistryPackage } from './packument.ts';
import { readTarball } from './tarball.ts';
import { type UpstreamLimits, UpstreamRegistry } from './upstream.ts';

export type NpmRegistryOptions = {
  readonly settings: NpmSettings;
  /** What was published later does not exist; undefined or absent: everything does. */
  readonly before?: () => Date | undefined;
  readonly limits?: Partial<UpstreamLimits>;
  /** How long an answer about a package is kept; default 30 s. */
  readonly cacheMs?: number;
};

const MAX_CACHED = 500;
// Each is in memory as it was packed, and may be as large as the limit.
const TARBALLS_AT_ONCE = 2;

/** The user's npm registries. */
export class NpmRegistry implements Registry {
  readonly #upstream: UpstreamRegistry;
  readonly #before: () => Date | undefined;
  readonly #cacheMs: number;
  readonly #packuments = new Map<string, { until: number; answer: Promise<Packument | undefined> }>();
  readonly #tarballs = new Limiter(TARBALLS_AT_ONCE);
  readonly #manifests = new Map<string, Promise<PackageManifest | undefined>>();

  constructor({ settings, before, limits, cacheMs }: NpmRegistryOptions) {
    this.#upstream = new UpstreamRegistry(settings, limits);
    this.#before = before ?? (() => undefined);
    this.#cacheMs = cacheMs ?? 30_000;
  }

  async origins(): Promise<readonly string[]> {
    return this.#upstream.origins();
  }

  async describe(name: string): Promise<RegistryPackage | undefined> {
    const packument = await this.#packument(name);
    return packument === undefined ? undefined : toRegistryPackage(packument);
  }

  async manifest(name: string, version: string): Promise<PackageManifest | undefined> {
    const entry = await this.#entry(name, version);
    if (entry === undefined) return undefined;
    const key = `${name}@${version} ${entry.dist.integrity ?? ''}`;
    const read = async () => {
      const bytes = await this.#upstream.tarball(entry);
      return bytes === undefined ? undefined : readTarball(name, version, bytes);
    };
    return remember(this.#manifests, key, () => this.#tarballs.run(read));
  }

  /** Kept by nobody: it is large, and asked for once. */
  async contents(name: string, version: string): Promise<PackageContents | undefined> {
    const entry = await this.#entry(name, version);
    if (entry === undefined) return undefined;
    return this.#tarballs.run(async () => {
      const bytes = await this.#upstream.tarball(entry);
      return bytes === undefined ? undefined : readContents(name, bytes);
    });
  }

  async #entry(name: string, version: string): Promise<Packument['versions'][string] | undefined> {
    const packument = await this.#packument(name);
    return packument !== undefined && Object.hasOwn(packument.versions, version)
      ? packument.versions[version]
      : undefined;
  }

  async #packument(name: string): Promise<Packument | undefined> {
    const known = this.#packuments.get(name);
    if (known === undefined || performance.now() >= known.until) this.#packuments.delete(name);
    const entries = this.#packuments;
    if (!entries.has(name)) {
      const answer = this.#upstream.packument(name);
      makeRoom(entries);
      entries.set(name, { until: performance.now() + this.#cacheMs, answer });
      // A failure is not an answer.
      answer.catch(() => entries.delete(name));
    }
    const packument = await entries.get(name)?.answer;
    return packument === undefined ? undefined : asOf(packument, this.#before());
  }
}

async function remember<T>(cache: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = cache.get(key);
  if (known !== undefined) return known;
  makeRoom(cache);
  const made = make();
  cache.set(key, made);
  made.catch(() => cache.delete(key));
  return made;
}

function makeRoom(cache: Map<string, unknown>): void {
  const [oldest] = cache.keys();
  if (cache.size >= MAX_CACHED && oldest !== undefined) cache.delete(oldest);
}
