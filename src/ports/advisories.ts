import type { Advisory, AdvisorySource } from '../domain/npm/advisories.ts';

/** What is known to be wrong with versions of packages. */
export interface Advisories {
  /**
   * By `name@version`; a version that is missing from the answer has none. undefined: the source has no advisories at all.
   * MUST end soon; timeouts, refusals and answers that are not whole MUST reject with `registry.unreachable`, nonsense
   * with `registry.invalid`.
   */
  known(
    versions: readonly { readonly name: string; readonly version: string }[],
    source: AdvisorySource,
  ): Promise<ReadonlyMap<string, readonly Advisory[]> | undefined>;
}
