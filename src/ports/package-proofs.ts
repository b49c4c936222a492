import type { PackageProof } from '../domain/npm/package-proofs.ts';

/** What vouches for versions of packages. */
export interface PackageProofs {
  /**
   * undefined: the registry has no such version. `keysOf`: URL prefixes of registries whose own keys count.
   * MUST verify against keys that were there before the question, never against what the asked registry sends along.
   * MUST end soon, and answer `unknown` where a signature or an attestation could not be had or judged, never `none`.
   * Rejects with `registry.unreachable` or `registry.invalid` when nothing is known about the package at all.
   */
  prove(
    version: { readonly name: string; readonly version: string },
    keysOf: readonly string[],
  ): Promise<PackageProof | undefined>;
}
