import type { PackageManifest, RegistryPackage } from '../domain/npm/package.ts';
import type { PackageContents } from '../domain/package-contents.ts';

/** A package registry, read only. Timeouts and refusals MUST reject with `registry.unreachable`, nonsense with `registry.invalid`. */
export interface Registry {
  /** undefined: the registry says that there is no such package. */
  describe(name: string): Promise<RegistryPackage | undefined>;
  /** From the tarball itself, never from the registry's summary; its integrity was computed from the bytes. */
  manifest(name: string, version: string): Promise<PackageManifest | undefined>;
  /** Its files, from the tarball after its integrity was checked. MUST be bounded, MUST NOT write, follow a link or run anything. */
  contents(name: string, version: string): Promise<PackageContents | undefined>;
  /** The URL prefixes from which packages may come. */
  origins(): Promise<readonly string[]>;
}
