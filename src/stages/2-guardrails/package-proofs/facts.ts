import type { PackageProof } from '../../../domain/npm/package-proofs.ts';

/** What vouches for the versions that a change brings, and for those that it replaces. */
export type PackageProofFacts = {
  /** It goes back to what has run before, which the lockfile's digests pin: nobody was asked. */
  readonly revert?: true;
  readonly packages: readonly ProvenPackage[];
  /** `name@version` of those that nobody asked about, because there are too many. */
  readonly omitted: readonly string[];
};

export type ProvenPackage = {
  readonly name: string;
  readonly version: string;
  /** Digests of the lockfile's entry, apart from each other by blanks. */
  readonly locked: string | undefined;
  /** Of the base's versions of this name; undefined: the registry has that version no longer. Empty: a new package. */
  readonly old: readonly (PackageProof | undefined)[];
  /** undefined: the registry has no such version. */
  readonly now: PackageProof | undefined;
};
