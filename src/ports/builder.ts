import type { Config } from '../config/schema.ts';
import type { Sha } from '../domain/change.ts';

export type BuildOutcome =
  | { readonly digests: Readonly<Record<string, string>> }
  | { readonly failed: string };

/** Makes releases of a commit. */
export interface Builder {
  /**
   * Builds once in the sandbox, puts what each service is made of into the release store and attaches provenance signed by the
   * verifier. The same commit twice is one release. `digests`: by the service's name. `failed`: the project's own commands did not
   * succeed; their end of output. Everything else rejects.
   */
  build(commit: Sha, config: Config): Promise<BuildOutcome>;
}
