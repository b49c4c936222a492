import type { Attestation } from './attestor.ts';

/** A built version of a service: a directory tree, named by what is in it. */
export type Release = {
  /** `sha256:` + hex over the canonical listing of the tree. */
  readonly digest: string;
  /** The first that it was put for. */
  readonly service: string;
  /** The commit that it was built from. */
  readonly commit: string;
  /** The unpacked, read-only tree on this machine. */
  readonly dir: string;
};

/** The gate admits a release to each service for itself: two of them may run the same content. */
export type AttachmentName = 'provenance' | `gate-${string}`;

export interface ReleaseStore {
  /** Takes `dir` in (moves or copies it) under its digest; the same content twice is one release. */
  put(input: { dir: string; service: string; commit: string }): Promise<Release>;
  attach(digest: string, name: AttachmentName, attestation: Attestation): Promise<void>;
  attached(digest: string, name: AttachmentName): Promise<Attestation | undefined>;
  /** undefined: not here. MUST recompute the digest from the files and reject with `release.corrupt` when it differs. */
  get(digest: string): Promise<Release | undefined>;
  /**
   * Removes every release that is not in `keep` and was last put before `before`: what is being built is in nobody's
   * books yet. Answers what it removed, or would.
   */
  collect(input: {
    readonly keep: ReadonlySet<string>;
    readonly before: Date;
    readonly dryRun: boolean;
  }): Promise<readonly string[]>;
}
