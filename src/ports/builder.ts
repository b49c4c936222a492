import type { Config } from '../config/schema.ts';
import type { Sha } from '../domain/change.ts';

/** Makes a release of a commit. */
export interface Builder {
  /**
   * Builds in the sandbox, puts the result into the release store and attaches provenance signed by the verifier.
   * The same commit twice is one release. `failed`: the project's own commands did not succeed; their end of output.
   * Everything else rejects.
   */
  build(commit: Sha, config: Config): Promise<{ digest: string } | { failed: string }>;
}
