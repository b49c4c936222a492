import { LRUCache } from 'lru-cache';
import { Limiter } from '../../domain/limiter.ts';
import type { PackageManifest, RegistryPackage } from '../../domain/npm/package.ts';
import type { PackageContents } from '../../domain/package-contents.ts';
import type { Registry } from '../../ports/registry.ts';
import { readContents } from './contents.ts';
import { type PackumentVersion, toRegistryPackage } from './packument.ts';
import { Packuments, type PackumentsOptions } from './packuments.ts';
import { readTarball } from './tarball.ts';
import { UpstreamRegistry } from './upstream.ts';

export type NpmRegistryOptions = PackumentsOptions & {
  /** Shared with others who read them; absent: its own. */
  readonly packuments?: Packuments;
};

// Each is in memory as it was packed, and may be as large as the limit.
const TARBALLS_AT_ONCE = 2;
const MAX_MANIFESTS = 500;

/** The user's npm registries. */
export class NpmRegistry implements Registry {
  readonly #upstream: UpstreamRegistry;
  readonly #packuments: Packuments;
  readonly #tarballs = new Limiter(TARBALLS_AT_ONCE);
  readonly #manifests = new LRUCache<string, Promise<PackageManifest | undefined>>({ max: MAX_MANIFESTS });

  constructor(options: NpmRegistryOptions) {
    this.#upstream = new UpstreamRegistry(options.settings, options.limits);
    this.#packuments = options.packuments ?? new Packuments(options);
  }

  async origins(): Promise<readonly string[]> {
    return this.#upstream.origins();
  }

  async describe(name: string): Promise<RegistryPackage | undefined> {
    const packument = await this.#packuments.get(name);
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

  async #entry(name: string, version: string): Promise<PackumentVersion | undefined> {
    const packument = await this.#packuments.get(name);
    return packument !== undefined && Object.hasOwn(packument.versions, version)
      ? packument.versions[version]
      : undefined;
  }
}

async function remember<T>(
  cache: LRUCache<string, Promise<T>>,
  key: string,
  make: () => Promise<T>,
): Promise<T> {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  cache.set(key, made);
  made.catch(() => cache.delete(key));
  return made;
}
