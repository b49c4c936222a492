import type { PackageManifest, RegistryPackage } from '../domain/npm/package.ts';

/** A package registry, read only. Timeouts and refusals MUST reject with `registry.unreachable`, nonsense with `registry.invalid`. */
export interface Registry {
  /** undefined: the registry says that there is no such package. */
  describe(name: string): Promise<RegistryPackage | undefined>;
  /** From the tarball itself, never from the registry's summary; its integrity was computed from the bytes. */
  manifest(name: string, version: string): Promise<PackageManifest | undefined>;
  /** The URL prefixes from which packages may come. */
  origins(): Promise<readonly string[]>;
}
