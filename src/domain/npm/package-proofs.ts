/** Whether the registry's signature of a version's digest holds. */
export type SignatureProof =
  /** The registry serves none. */
  | { readonly kind: 'none' }
  | { readonly kind: 'verified'; readonly keyId: string }
  /** A trusted key made another one. */
  | { readonly kind: 'wrong'; readonly keyId: string }
  /** RFC 3339. The version is said to be published after the key's end. */
  | { readonly kind: 'expired'; readonly keyId: string; readonly end: string }
  | { readonly kind: 'unknown'; readonly why: string };

/** Where and from what a version was built, as the certificate of its build says: the build itself cannot choose it. */
export type BuildOrigin = {
  /** Who vouches for the build's identity, such as https://token.actions.githubusercontent.com. */
  readonly issuer: string;
  /** URL of the source repository. */
  readonly repository: string;
  /** Of the host; stays when a name is given to another repository. undefined: the certificate does not say. */
  readonly repositoryId: string | undefined;
  /** Such as `github-hosted`; undefined: the certificate does not say. */
  readonly runner: string | undefined;
  /** The workflow's URL with its ref. */
  readonly workflow: string;
  /** undefined: the certificate does not say. */
  readonly commit: string | undefined;
};

/** Whether the attestation of a version's build holds. */
export type ProvenanceProof =
  | { readonly kind: 'none' }
  | { readonly kind: 'verified'; readonly origin: BuildOrigin; readonly publishAttested: boolean }
  | { readonly kind: 'wrong'; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string };

/** Who published a version, as the registry says: nobody signs it. */
export type Publisher = {
  readonly name: string;
  /** Such as `github`, where a workflow published it without a token; undefined: an account did. */
  readonly trustedBy: string | undefined;
};

/** What vouches for one version. Texts are as the registry serves them, cut and not yet printable. */
export type PackageProof = {
  /** What the registry says and signs; undefined: it gives none. */
  readonly integrity: string | undefined;
  readonly signature: SignatureProof;
  readonly provenance: ProvenanceProof;
  /** undefined: the registry does not say. */
  readonly publisher: Publisher | undefined;
  /** Who could publish then; undefined: the registry does not say. */
  readonly maintainers: readonly string[] | undefined;
  /** Publishers of the versions that were public by then, this one included. */
  readonly publishers: readonly string[];
  /** URL that the manifest gives for its source; undefined: none. */
  readonly repository: string | undefined;
};
